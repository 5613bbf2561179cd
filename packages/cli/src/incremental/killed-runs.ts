/**
 * What runs exported that were killed before they had written their manifest, from their journals: without it, such
 * files would be nobody's.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { emptyLedger, eventsOf, type LeftOver, type Manifest, readRuns, shortPath } from '@pipeline/engine';
import { stateFolderOf } from '../history/state-folder.ts';
import { timeOf } from './quick-look.ts';

interface Place {
  readonly root: string;
  /** Of the pipeline. */
  readonly file: string;
  /** When the manifest was written: what ran before is in it. */
  readonly since: number;
}

/** The manifest with what they left behind. */
export function withKilledRuns(
  manifest: Manifest | undefined,
  { root, file, since }: Place,
): Manifest | undefined {
  const name = path.relative(root, file);
  const unknown = readRuns(stateFolderOf(root).runs).runs.filter(
    (run) => run.header.file === name && run.state !== 'running' && timeOf(run.file) > since,
  );
  const known = new Set(manifest?.outputs.paths);
  const left = unknown
    .flatMap((run) => exportsOf(run.file, root))
    .filter((output) => !known.has(output.path));
  if (left.length === 0) return manifest;
  const ledger = manifest?.ledger() ?? emptyLedger;
  // Of several runs that wrote one file, the newest comes first, and what it wrote is there.
  const byPath = new Map([...ledger.leftOver, ...left.toReversed()].map((output) => [output.path, output]));
  const leftOver = [...byPath.values()];
  return { ...(manifest ?? empty), ledger: () => ({ ...ledger, leftOver }) };
}

function exportsOf(journal: string, root: string): readonly LeftOver[] {
  const exports = new Set<string>();
  const written: LeftOver[] = [];
  for (const event of eventsOf(read(journal))) {
    if (event.type === 'job.started') {
      for (const { task, operation } of event.tasks) if (operation === 'export/local') exports.add(task);
    }
    if (event.type !== 'action.finished' || event.status !== 'finished' || !exports.has(event.task)) continue;
    for (const { path: file, sha256 } of event.outputs) {
      if (sha256 === undefined) continue;
      const mark = [Number.NaN, 0, 0, 0];
      written.push({ path: shortPath(file, root), address: event.action, sha256, mark, isOurs: true });
    }
  }
  return written;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const none = { paths: [], marks: new Float64Array() };
const empty: Manifest = {
  key: '',
  basis: {},
  variables: [],
  filesOut: 0,
  inputs: none,
  watched: none,
  outputs: none,
  ledger: () => emptyLedger,
};
