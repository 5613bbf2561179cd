/**
 * What a run has read and left behind, in the form of a manifest: by the marks that its files have now, as far as those
 * can be trusted. It writes nothing.
 */
import { existsSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Action,
  type JobOutcome,
  type InputFile,
  type JobPlan,
  type Manifest,
  type MarkedFiles,
  markFiles,
  marksPerFile,
  nextLedger,
  type RecordedRun,
  recordRun,
  shortPath,
  tickMs,
  type Trust,
  whyNoCertificate,
} from '@pipeline/engine';
import { hostsAsked } from '@pipeline/operations';
import { paramVariable, pipelineToJson } from '@pipeline/schema';
import type { Invocation } from '../parse-arguments.ts';
import type { PreparedRun } from '../prepare-run.ts';
import type { Surroundings } from '../surroundings.ts';
import { basisOf, machineVariables } from './basis.ts';
import type { NarrowedPlan } from './narrowed-plan.ts';
import type { StartTime } from './quick-look.ts';

export interface FinishedRun extends StartTime {
  readonly invocation: Pick<Invocation, 'flags'>;
  readonly surroundings: Pick<Surroundings, 'cwd' | 'env' | 'version'>;
  readonly prepared: PreparedRun;
  readonly plan: JobPlan;
  readonly ended: readonly Action[];
  readonly outcome: JobOutcome;
  /** Absolute; they were not there when the run began. */
  readonly foldersToMake: readonly string[];
  /** Files were there that it did not take. */
  readonly hasLeftOut?: true;
  /** It looked at a part only. */
  readonly narrowed?: NarrowedPlan;
}

export interface Place {
  readonly root: string;
  /** Of the pipeline. */
  readonly file: string;
  readonly key: string;
  readonly previous: Manifest | undefined;
}

export async function describeRun(run: FinishedRun, { root, file, key, previous }: Place): Promise<Manifest> {
  const { invocation, surroundings, startedAt } = run;
  const recorded = recordRun(run.ended, run.plan);
  const settled = { settledBeforeMs: startedAt - tickMs };
  const written = recorded.exported.map((output) => output.path);
  const timeGiven = (index: number): number | undefined => recorded.exported[index]?.mtimeMs;
  const outputs = markFiles(
    written,
    { root, links: 'keep' },
    { settledBeforeMs: Date.now() - tickMs, timeGiven },
  );
  const watched = [...recorded.listed, ...recorded.watched, ...watchedByCommand(run, file)];
  const ledger = nextLedger({
    recorded,
    outputs,
    previous,
    checked: checkedPipeline(run),
    scope: run.narrowed === undefined ? 'all' : 'part',
    newFolders: run.foldersToMake
      .filter((folder) => existsSync(folder))
      .map((folder) => shortPath(folder, root)),
  });
  const variables = variablesOf(run.prepared);
  const asked = hostsAsked();
  const { env, version } = surroundings;
  return {
    key,
    basis: basisOf({ flags: invocation.flags, env, version, variables }),
    variables,
    hosts: asked.length > 0 ? asked : (previous?.hosts ?? []),
    filesOut: recorded.filesOut,
    inputs: markInputs(recorded, { root, settled }),
    watched: await markWatched([...new Set(watched)], { run, root, settled }),
    outputs,
    ledger: () => ledger,
    ...obstacleOf(run, recorded.listed),
  };
}

/** As they were when they were taken: what changes after that has changed. */
function markInputs(
  { inputs }: RecordedRun,
  { root, settled }: Pick<Watching, 'root' | 'settled'>,
): MarkedFiles {
  const seen = (index: number): InputFile['seen'] => inputs[index]?.seen;
  const paths = inputs.map(({ path }) => path);
  return markFiles(paths, { root, links: 'follow' }, { ...settled, seen });
}

/** A run that looked at a part took it as it was. */
function checkedPipeline({ narrowed, prepared }: FinishedRun): Buffer {
  const known = narrowed?.look.manifest.ledger().checked;
  return known ?? Buffer.from(pipelineToJson(prepared.opened.pipeline));
}

function obstacleOf(run: FinishedRun, folders: readonly string[]): Pick<Manifest, 'obstacle'> {
  const obstacle =
    (run.prepared.opened.warnings.length > 0 ? 'the pipeline has warnings' : undefined) ??
    whyNoCertificate(run.plan) ??
    (run.ended.every(hasResult)
      ? undefined
      : 'an action failed, which does not matter, and is tried again') ??
    (hasClockJumped(run) ? 'the clock was set during the last run' : undefined) ??
    (folders.every(isOnThisMachine)
      ? undefined
      : 'it takes files from a file system that may not tell of new ones');
  return obstacle === undefined ? {} : { obstacle };
}

/** It did what there was to do, or there was nothing. */
export const hasResult = ({ outcome }: Action): boolean =>
  outcome?.type === 'finished' || outcome?.type === 'skipped';

function hasClockJumped({ startedAt, startedTick }: FinishedRun): boolean {
  return Math.abs(Date.now() - startedAt - (performance.now() - startedTick)) > 500;
}

/** ext, xfs, btrfs, tmpfs, overlay, zfs, f2fs, ramfs, bcachefs: they stamp a folder when a name in it comes or goes. */
const localFileSystems: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010, 0x858458f6, 0xca451a4e,
]);

function isOnThisMachine(file: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return localFileSystems.has(statfsSync(file).type);
  } catch {
    // Not there: its folder is watched as well.
    return true;
  }
}

interface Watching {
  readonly run: FinishedRun;
  readonly root: string;
  readonly settled: Trust;
}

/**
 * A folder that has changed since the run began may hold other files now than those that the run took: those who
 * listed it are asked again, and only if they say the same does it count as it is.
 */
async function markWatched(files: readonly string[], { run, root, settled }: Watching): Promise<MarkedFiles> {
  const marked = markFiles(files, { root, links: 'follow' }, settled);
  const fresh = new Set(files.filter((_, index) => Number.isNaN(marked.marks[index * marksPerFile])));
  if (fresh.size === 0) return marked;
  const now = markFiles(files, { root, links: 'follow' }, { settledBeforeMs: Date.now() - tickMs });
  for (const action of run.ended) {
    const own = (action.plan?.watches ?? []).filter((watch) => fresh.has(watch));
    if (own.length === 0 || !(await takesTheSame(action, run.plan))) continue;
    for (const watch of own) {
      const index = files.indexOf(watch);
      copyMark(now, index, { to: marked, index });
    }
  }
  return marked;
}

async function takesTheSame(
  { owner, plan, outputs, address, variant, options }: Action,
  { context }: JobPlan,
): Promise<boolean> {
  const { task, operation } = { task: owner.planned.task, operation: owner.planned.operation };
  if (task.operation !== 'import/local' || plan === undefined) return false;
  const again = await operation.plan(
    { task, address, variant, inputs: [], fileInputs: {}, options },
    context,
  );
  const files = again.ok ? (again.value.outputs ?? []) : [];
  return files.length === outputs.length && files.every((file, index) => file.path === outputs[index]?.path);
}

/** What decides without being a file of any action: this program, the pipeline, where programs are looked for. */
function watchedByCommand({ surroundings, invocation }: FinishedRun, pipeline: string): readonly string[] {
  const { env, cwd } = surroundings;
  const paramsFile = invocation.flags.values.get('params-file');
  const searched = (env['PIPELINE_PROGRAMS_PATH'] ?? env['PATH'] ?? '').split(path.delimiter);
  return [
    pipeline,
    ...(paramsFile === undefined ? [] : [path.resolve(cwd, paramsFile)]),
    // Bundled: a new build has another name, or another time.
    fileURLToPath(import.meta.url),
    ...searched.filter((folder) => path.isAbsolute(folder)),
  ];
}

function variablesOf({ opened: { pipeline } }: PreparedRun): readonly string[] {
  const declared = [...pipeline.env.keys()].filter((name) => !pipeline.secrets.includes(name));
  return [...new Set([...machineVariables, ...declared, ...[...pipeline.params.keys()].map(paramVariable)])];
}

export function copyMark(
  from: MarkedFiles,
  position: number,
  { to, index }: { to: MarkedFiles; index: number },
): void {
  const at = position * marksPerFile;
  to.marks.set(from.marks.subarray(at, at + marksPerFile), index * marksPerFile);
}
