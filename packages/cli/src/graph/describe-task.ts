/** A task in a few words: `convert → webp`, `width ${{ matrix.width }}, quality 80`. */
import type { JsonValue, Task } from '@pipeline/schema';

export interface TaskDescription {
  /** The name, with the number of variants when there are several: `web ×2`. */
  readonly title: string;
  /** The operation and the one option that says most about it. */
  readonly action: string;
  /** The other options, each `name value`. */
  readonly details: readonly string[];
}

/** The option that completes the sentence "this task … "; the first one that is given. */
const mainOptions = ['output_format', 'path', 'url', 'bucket', 'host', 'filename', 'command'] as const;

export function describeTask(task: Task): TaskDescription {
  const main = mainOptions.find((name) => task.options[name] !== undefined);
  const arrow = main === 'output_format' || task.operation.startsWith('export/') ? ' → ' : ' ';
  const subject = main === undefined ? '' : `${arrow}${shown(task.options[main])}`;
  const options = Object.entries(task.options)
    .filter(([name]) => name !== main)
    .map(([name, value]) => `${name} ${shown(value)}`);
  return {
    title: task.variants.length > 1 ? `${task.name} ×${task.variants.length}` : task.name,
    action: `${task.operation}${subject}`,
    details: [...options, ...controls(task)],
  };
}

function controls(task: Task): readonly string[] {
  return [
    ...(task.condition === undefined ? [] : ['conditional']),
    ...(task.ignoreError ? ['ignores errors'] : []),
    ...(task.runsOn === undefined ? [] : [`on ${task.runsOn}`]),
    ...(task.needs.length === 0 ? [] : [`after ${task.needs.join(', ')}`]),
  ];
}

const longestValue = 40;

function shown(value: JsonValue | undefined): string {
  const text = Array.isArray(value)
    ? value.map(shown).join(' ')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value ?? null);
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > longestValue ? `${line.slice(0, longestValue - 1)}…` : line;
}
