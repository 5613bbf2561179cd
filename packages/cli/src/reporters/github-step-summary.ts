/** The page of a run in GitHub's overview, as Markdown: counts per task, failures with all that is known, notes. */
import type { EndedAction, Progress } from '@pipeline/engine';
import { itemsOf } from '@pipeline/engine';
import { countsText, failureText, lastWords } from './outcome-text.ts';
import { printable } from './printable.ts';
import { formatBytes, formatDuration } from './quantity.ts';
import { endCounts, endWord, retryCommand } from './summary.ts';

export function stepSummary(state: Progress, command?: readonly string[]): string {
  const name = state.job === undefined || state.job.name === '' ? 'pipeline' : state.job.name;
  const sign = endWord(state) === 'finished' ? '✅' : '❌';
  const facts = [
    countsText(endCounts(state)),
    formatDuration(state.ms),
    `${formatBytes(state.bytesOut)} out`,
  ];
  const failures = [...itemsOf(state.failures)].flatMap((action) => failureSection(action, state, command));
  const lines = [
    `## ${sign} ${escaped(name)}: ${endWord(state)}`,
    '',
    facts.filter((fact) => fact !== '').join(' · '),
    '',
    '| task | files | done | cached | skipped | failed | not run | out |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...[...itemsOf(state.tasks)].map(({ label, files, counts, bytes }) => {
      const { done, cached, skipped, failed, notRun } = counts;
      const cells = [escaped(label), files, done, cached, skipped, failed, notRun, formatBytes(bytes)];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
    ...failures,
  ];
  return `${lines.join('\n')}\n`;
}

function failureSection(
  action: EndedAction,
  state: Progress,
  command?: readonly string[],
): readonly string[] {
  const { error } = action;
  const words = error === undefined ? [] : lastWords(error, 20);
  return [
    `### ❌ ${codeSpan(action.action)}`,
    '',
    escaped(failureText(error)),
    '',
    ...(words.length === 0 ? [] : [...fenced(words), '']),
    ...(error?.hint === undefined ? [] : [`**Hint:** ${escaped(error.hint)}`, '']),
    ...fenced([retryCommand(action.action, state, command)]),
    '',
  ];
}

/** Markdown and HTML mean nothing in it. */
function escaped(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]<>()#+!|~&@-]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function codeSpan(text: string): string {
  const fence = '`'.repeat(longestRun(text) + 1);
  return `${fence} ${printable(text)} ${fence}`;
}

function fenced(lines: readonly string[]): readonly string[] {
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return [fence, ...lines, fence];
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}
