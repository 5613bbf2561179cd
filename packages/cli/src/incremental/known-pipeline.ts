/**
 * The pipeline as the last run checked it, where its file and all that checks it are as they were then. Whoever takes it
 * must have begun before it was looked at: what changes meanwhile belongs to the next run.
 */
import path from 'node:path';
import { longPath } from '@pipeline/engine';
import { pipelineFromJson } from '@pipeline/schema';
import type { OpenedPipeline } from '../open-pipeline.ts';
import { shortPath } from '../read-pipeline.ts';
import type { QuickLook } from './quick-look.ts';

/** Undefined: it has to be read. */
export function knownPipeline(
  { manifest, changes, file, root }: QuickLook,
  cwd: string,
): OpenedPipeline | undefined {
  const { checked, listed } = manifest.ledger();
  const { paths } = manifest.watched;
  // What imports looked at may have changed: the files are looked for again, by the same pipeline.
  const isSame = changes.watched.every(
    (index) => index < listed && longPath(paths[index] ?? '', root) !== file,
  );
  if (!isSame || checked.length === 0) return undefined;
  const pipeline = pipelineFromJson(String(checked));
  const source = { ...pipeline.source, path: shortPath(cwd, file) };
  return { pipeline: { ...pipeline, source }, source, baseDir: path.dirname(file), warnings: [] };
}
