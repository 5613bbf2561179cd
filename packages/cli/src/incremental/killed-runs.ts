/**
 * What runs exported that were killed before they had written their manifest, from their journals: without it, such
 * files would be nobody's.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
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
  /** The job that goes on. */
  readonly jobId: string;
}

/** The manifest with what they left behind. */
export function withKilledRuns(
  manifest: Manifest | undefined,
  { root, file, since, jobId }: Place,
): Manifest | undefined {
  const name = path.relative(root, file);
  const isNewer = (journal: string): boolean => !journal.includes(jobId) && timeOf(journal) > since;
  const left = readRuns(stateFolderOf(root).runs, isNewer)
    .runs.filter(({ header, state }) => header.file === name && state !== 'running')
    .flatMap((run) => exportsOf(run.file, root));
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
      const mark = sha256 === undefined ? undefined : markIfSame(file, sha256);
      if (mark === undefined || sha256 === undefined) continue;
      written.push({ path: shortPath(file, root), address: event.action, sha256, mark, isOurs: true });
    }
  }
  return written;
}

/** Undefined: it is not there any more, or somebody has edited it. */
function markIfSame(file: string, sha256: string): LeftOver['mark'] | undefined {
  try {
    const { size, mtimeMs, ctimeMs, ino } = lstatSync(file);
    const isSame = createHash('sha256').update(readFileSync(file)).digest('hex') === sha256;
    return isSame ? [size, mtimeMs, ctimeMs, ino] : undefined;
  } catch {
    return undefined;
  }
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
