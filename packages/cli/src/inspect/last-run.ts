/**
 * What earlier runs of a pipeline recorded, from their manifests: of each action the key of its fingerprint, of each file
 * that was written its content. A run with other params is an earlier run, too: what it says is asked where the runs with
 * the same params say nothing. Nothing is written here.
 */
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  type LastRun,
  type LeftOver,
  type Manifest,
  itemsOf,
  keyLookUp,
  manifestPlaces,
  outputAt,
  readManifest,
  readProgress,
  readRuns,
  type WrittenFile,
} from '@pipeline/engine';
import { projectRoot } from '../find-pipeline.ts';
import { stateFolderOf } from '../history/state-folder.ts';
import { manifestKey } from '../incremental/basis.ts';
import type { OpenedPipeline } from '../open-pipeline.ts';
import type { FlagValues } from '../parse-arguments.ts';

export interface LastRunRequest {
  readonly opened: OpenedPipeline;
  readonly cwd: string;
  readonly flags: FlagValues;
}

/** Undefined: no run is known. */
export function readLastRun({ opened, cwd, flags }: LastRunRequest): LastRun | undefined {
  const root = realpathSync(projectRoot(opened.baseDir));
  const file = path.resolve(cwd, opened.source.path);
  const key = manifestKey(file, root, flags);
  const all = manifestsOf(path.join(root, '.pipeline', 'manifests'));
  const known = all.filter((manifest) => isOf(manifest, key));
  const failures = lastFailures(root, file);
  if (known.length === 0 && failures.size === 0) return undefined;
  const own = known.filter((manifest) => manifest.key === key);
  const [latest] = own;
  const others = known.filter((manifest) => manifest.key !== key);
  const outputs = new Map<string, WrittenFile>();
  // The newest comes last, and wins.
  for (const manifest of known.toReversed()) addOutputs(manifest, root, outputs);
  const keys = [...own, ...others].map(({ ledger }) => keyLookUp(ledger()));
  return {
    keyOf: (address) => {
      for (const keyOf of keys) {
        const found = keyOf(address);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    outputOf: (output) => outputs.get(output),
    failureOf: (address) => failures.get(address),
    written: () => (latest === undefined ? [] : writtenBy(latest, all, root)),
  };
}

/** Address → why, of the newest run of this pipeline that has ended. */
function lastFailures(root: string, file: string): ReadonlyMap<string, string> {
  const own = path.relative(root, file);
  const { runs } = readRuns(stateFolderOf(root).runs);
  const last = runs.find(({ header, state }) => header.file === own && state !== 'running');
  if (last === undefined || last.counts.failed === 0) return new Map();
  const { failures } = readProgress(last);
  return new Map(
    [...itemsOf(failures)].map(({ action, error }) => [action, error?.message ?? 'for an unknown reason']),
  );
}

/** The newest first. */
function manifestsOf(folder: string): readonly Manifest[] {
  const dated = manifestPlaces(folder).map((file) => ({
    file,
    writtenMs: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  }));
  return dated.toSorted((a, b) => b.writtenMs - a.writtenMs).flatMap(({ file }) => readManifest(file) ?? []);
}

/** Of the same pipeline file, with whatever params. */
function isOf({ key }: Manifest, wanted: string): boolean {
  return firstOf(key) === firstOf(wanted);
}

function firstOf(key: string): unknown {
  const parsed: unknown = JSON.parse(key);
  return Array.isArray(parsed) ? parsed[0] : undefined;
}

function addOutputs(manifest: Manifest, root: string, found: Map<string, WrittenFile>): void {
  for (const { path: file, address, sha256 } of filesOf(manifest))
    if (sha256 !== undefined) found.set(path.resolve(root, file), { address, sha256 });
}

/** What runs of this pipeline with these params wrote, as far as nobody else makes it. */
function* writtenBy(
  own: Manifest,
  all: readonly Manifest[],
  root: string,
): Generator<readonly [string, WrittenFile]> {
  const elsewhere = new Set(
    all.filter((manifest) => manifest !== own).flatMap(({ outputs }) => outputs.paths),
  );
  for (const { path: file, sha256, address, isOurs } of filesOf(own)) {
    if (isOurs && sha256 !== undefined && !elsewhere.has(file))
      yield [path.resolve(root, file), { sha256, address }];
  }
}

type KnownFile = Pick<LeftOver, 'path' | 'address' | 'sha256' | 'isOurs'>;

/** Those that the last run left where they were, and then those that it wrote. */
function filesOf({ outputs, ledger }: Manifest): readonly KnownFile[] {
  const known = ledger();
  return [
    ...known.leftOver,
    ...outputs.paths.map((file, index) => ({ ...outputAt(known, index), path: file })),
  ];
}
