/** What a planned pipeline uses of this machine: its converters, each once, with the tasks that need them. */
import type { JobPlan } from '@pipeline/engine';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { columns } from '../text-columns.ts';

export interface NeededConverter {
  readonly name: string;
  readonly version: string;
  readonly tasks: readonly string[];
}

export function needsOf({ actions }: JobPlan): readonly NeededConverter[] {
  const found = new Map<string, { name: string; version: string; tasks: Set<string> }>();
  for (const { task, plan } of actions) {
    if (plan?.converter === undefined) continue;
    const { name, version } = plan.converter;
    const key = `${name} ${version}`;
    const known = found.get(key) ?? { name, version, tasks: new Set<string>() };
    known.tasks.add(task);
    found.set(key, known);
  }
  return [...found.values()].map(({ name, version, tasks }) => ({ name, version, tasks: [...tasks] }));
}

export function neededText(
  needs: readonly NeededConverter[],
  { file, style }: { readonly file: string; readonly style: TerminalStyle },
): string {
  const lines = columns(needs.map(({ name, version, tasks }) => [name, version, tasks.join(', ')]));
  return [
    ...lines.map((line) => `  ${style.green(style.signs.done)} ${line}`),
    `${file}: this machine has all that it needs${needs.length === 0 ? ': it uses no converter' : ''}`,
    '',
  ].join('\n');
}
