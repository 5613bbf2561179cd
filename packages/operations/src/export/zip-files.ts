/**
 * Packs files into a zip that is the same for the same files: entries in the order given, their dates the beginning of
 * the job. It knows no option.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Artifact, Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, formatKind, ok } from '@pipeline/schema';
import { ZipFile } from 'yazl';
import { stemOf } from '../output-name.ts';
import { writeFailure } from '../write-failure.ts';

export interface ZipFiles {
  readonly files: readonly Artifact[];
  /** Absolute; in the action's own folder, where nobody looks before the action has ended. */
  readonly target: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly signal: AbortSignal;
}

export async function zipFiles({
  files,
  target,
  startedAt,
  signal,
}: ZipFiles): Promise<Result<true, Failure>> {
  const zip = new ZipFile();
  // A file that cannot be read would leave the zip waiting for ever.
  const broken = new AbortController();
  let cause: unknown;
  const fail = (error: unknown): void => {
    cause ??= error;
    broken.abort();
  };
  zip.on('error', fail);
  const places = new Set<string>();
  for (const { dir, name, format, path: source } of files) {
    const place = unused(dir, name, places);
    places.add(place);
    const options = { mtime: new Date(startedAt), mode: 0o100644, compress: !isPacked(format) };
    zip.addReadStreamLazy(place, options, (done) => done(null, createReadStream(source).on('error', fail)));
  }
  zip.end();
  try {
    const signals = AbortSignal.any([signal, broken.signal]);
    await pipeline(zip.outputStream, createWriteStream(target), { signal: signals });
    return ok(true);
  } catch (error) {
    if (signal.aborted) return err(failure('cancelled', 'packing was cancelled'));
    return err(zipFailure(cause ?? error, target, files));
  }
}

function zipFailure(error: unknown, target: string, files: readonly Artifact[]): Failure {
  const place = error instanceof Error && 'path' in error ? error.path : undefined;
  const source = files.find((file) => file.path === place)?.path;
  return writeFailure(error, { target, baseDir: path.dirname(target), source });
}

/** Would only cost time to press again. */
const isPacked = (format: string): boolean => {
  const kind = formatKind(format);
  return (
    kind === 'archive' ||
    kind === 'audio' ||
    kind === 'video' ||
    ['jpg', 'png', 'webp', 'avif', 'gif'].includes(format)
  );
};

/** `dir/a.pdf`, then `dir/a-2.pdf`: files of several tasks may share a place. */
function unused(dir: string, name: string, taken: ReadonlySet<string>): string {
  const prefix = dir === '' ? '' : `${dir}/`;
  const stem = stemOf(name);
  let place = prefix + name;
  for (let number = 2; taken.has(place); number += 1) {
    place = `${prefix}${stem}-${number}${name.slice(stem.length)}`;
  }
  return place;
}
