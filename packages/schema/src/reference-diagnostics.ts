/** The messages about tasks that name other tasks. One constructor each. */
import { shortened } from './describe-value.ts';
import { diagnostic } from './diagnostics.ts';
import type { Diagnostic } from './diagnostic.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Range } from './source.ts';

export const unknownTask = (range: Range, name: string, tasks: Iterable<string>): Diagnostic =>
  diagnostic('PL301', {
    range,
    message: `there is no task "${shortened(name)}"`,
    hint: didYouMean(name, tasks) ?? knownTasks(tasks),
  });

function knownTasks(tasks: Iterable<string>): string | undefined {
  const names = [...tasks];
  if (names.length === 0) return undefined;
  return `tasks are ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
}

export interface Step {
  readonly task: string;
  readonly to: string;
  /** Where `task` names `to`. */
  readonly range: Range;
}

export function cycle(steps: readonly [Step, ...Step[]]): Diagnostic {
  const [first, ...others] = steps;
  const names =
    steps.length > 12 ? [...steps.slice(0, 10).map(({ task }) => task), '…'] : steps.map(({ task }) => task);
  return diagnostic('PL302', {
    range: first.range,
    message:
      others.length === 0
        ? `the task "${first.task}" waits for itself`
        : `these tasks wait for each other, so none can begin: ${[...names, first.task].join(' → ')}`,
    related: others.map(({ task, to, range }) => ({ message: `"${task}" waits for "${to}"`, range })),
    hint: 'remove one of the references',
  });
}

export const inputOnImport = (range: Range, operation: string): Diagnostic =>
  diagnostic('PL303', {
    range,
    message: `no files flow into ${operation}: it brings its own`,
    hint: 'remove `input`; for order only, write `needs`',
  });

export const noInput = (
  range: Range,
  parts: { task: string; operation: string; candidates: readonly string[] },
): Diagnostic =>
  diagnostic('PL304', {
    range,
    message: `the task "${parts.task}" has no "input": ${parts.operation} needs files`,
    hint:
      parts.candidates.length === 0
        ? 'name a task whose files it takes'
        : `for instance \`input: ${parts.candidates[0]}\``,
  });

export const resultNotUsed = (range: Range, task: string): Diagnostic =>
  diagnostic('PL305', {
    range,
    severity: 'warning',
    message: `nothing takes the files of "${task}", so they are lost after the run`,
    hint: `add it to the \`input\` of an export, or remove the task`,
  });

export const importNotUsed = (range: Range, task: string): Diagnostic =>
  diagnostic('PL306', {
    range,
    severity: 'warning',
    message: `nothing takes the files of the import "${task}"`,
    hint: 'name it in the `input` of a task, or remove it',
  });

export const exportAsInput = (range: Range, parts: { task: string; inputs: readonly string[] }): Diagnostic =>
  diagnostic('PL307', {
    range,
    message: `the task "${parts.task}" is an export: its files leave the job and flow nowhere`,
    hint:
      parts.inputs.length === 0
        ? 'take the files of the task before it'
        : `take what it exports: \`input: ${parts.inputs.length === 1 ? parts.inputs[0] : `[${parts.inputs.join(', ')}]`}\`; for order only, write \`needs\``,
  });

export const namedTwice = (range: Range, task: string): Diagnostic =>
  diagnostic('PL308', {
    range,
    severity: 'warning',
    message: `"${task}" stands twice in this list; its files flow in once`,
    hint: 'remove one of the two',
  });
