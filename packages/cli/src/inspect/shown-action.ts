/** One action of a prediction in the words of `plan` and `explain`: what it makes, and what it does to files. */
import path from 'node:path';
import type { ActionPrediction, FilePrediction } from '@pipeline/engine';
import { filePlace } from '@pipeline/engine';
import { unreachable } from '@pipeline/schema';
import { printable } from '../reporters/printable.ts';
import { plural } from '../reporters/quantity.ts';

/** As the pipeline file would write it, where it lies beside or below. */
export function shownFile(file: string, baseDir: string): string {
  const relative = path.relative(baseDir, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

/** `guide/a.pdf`, `40 files`, `replaces public/a.pdf`; empty: only the run can tell. */
export function shownResult({ action, status, writes }: ActionPrediction, baseDir: string): string {
  if (status === 'skipped') return '';
  const [first, ...rest] = writes;
  if (first !== undefined) return rest.length === 0 ? shownWrite(first, baseDir) : shownWrites(writes);
  const elsewhere = action.writes ?? [];
  if (elsewhere.length === 1) return printable(elsewhere[0] ?? '');
  const { outputs } = action;
  if (outputs === undefined) return '';
  const [file] = outputs;
  return file !== undefined && outputs.length === 1
    ? printable(filePlace(file))
    : plural(outputs.length, 'file');
}

function shownWrite({ path: file, change }: FilePrediction, baseDir: string): string {
  return `${verb(change)} ${printable(shownFile(file, baseDir))}`;
}

/** `writes 3 files, replaces 2 files` */
function shownWrites(writes: readonly FilePrediction[]): string {
  const counts = new Map<FilePrediction['change'], number>();
  for (const { change } of writes) counts.set(change, (counts.get(change) ?? 0) + 1);
  return [...counts].map(([change, count]) => `${verb(change)} ${plural(count, 'file')}`).join(', ');
}

function verb(change: FilePrediction['change']): string {
  switch (change) {
    case 'create':
      return 'writes';
    case 'replace':
      return 'replaces';
    case 'maybe':
      return 'may replace';
    case 'keep':
      return 'keeps';
    case 'none':
      return 'leaves';
    default:
      return unreachable(change);
  }
}

/** `libvips 8.16`; empty: no converter does it. */
export function shownConverter({ action }: ActionPrediction): string {
  const { converter } = action;
  return converter === undefined ? '' : printable(`${converter.name} ${converter.version}`.trim());
}
