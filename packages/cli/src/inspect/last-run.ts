/**
 * What earlier runs of a pipeline recorded, from their manifests: of each action the key of its fingerprint, of each file
 * that was written its content. A run with other params is an earlier run, too: what it says is asked where the runs with
 * the same params say nothing. Nothing is written here.
 */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { type LastRun, type Manifest, keyLookUp, outputAt, readManifest } from '@pipeline/engine';
import { projectRoot } from '../find-pipeline.ts';
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
  const key = manifestKey(path.resolve(cwd, opened.source.path), root, flags);
  const known = manifestsOf(path.join(root, '.pipeline', 'manifests')).filter((manifest) =>
    isOf(manifest, key),
  );
  if (known.length === 0) return undefined;
  const own = known.filter((manifest) => manifest.key === key);
  const others = known.filter((manifest) => manifest.key !== key);
  const outputs = new Map<string, { readonly sha256: string; readonly address: string }>();
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
    outputOf: (file) => outputs.get(file),
  };
}

/** The newest first. */
function manifestsOf(folder: string): readonly Manifest[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter((name) => !name.endsWith('.tmp'));
  } catch {
    return [];
  }
  const dated = names.map((name) => {
    const file = path.join(folder, name);
    return { file, writtenMs: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
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

function addOutputs(
  { outputs, ledger }: Manifest,
  root: string,
  found: Map<string, { readonly sha256: string; readonly address: string }>,
): void {
  for (const [index, file] of outputs.paths.entries()) {
    const { address, sha256 } = outputAt(ledger(), index);
    if (sha256 !== undefined) found.set(path.resolve(root, file), { address, sha256 });
  }
}
