/** Has a converter of the table work on a file of the test's own, as `convert` would. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import type { Converter } from '../../src/converters/converter.ts';
import { firstBadOutput } from '../../src/files/check-output.ts';
import { newFolder } from '../places/action.ts';

export interface NativeJob {
  readonly from: string;
  readonly to: string;
  readonly input: Buffer | string;
  readonly options?: JsonObject;
}

export interface NativeOutput {
  readonly names: readonly string[];
  readonly paths: readonly string[];
  /** Of the first. */
  readonly bytes: Buffer;
  readonly notes: readonly string[];
}

async function tryConvert(
  converter: Converter,
  { from, to, input, options = {} }: NativeJob,
): Promise<NativeOutput | Failure> {
  const folder = newFolder();
  const inputPath = join(folder, 'artifact');
  const workDir = join(folder, 'work');
  mkdirSync(workDir);
  writeFileSync(inputPath, input);
  const notes: string[] = [];
  const made = await converter.convert({
    inputPath,
    inputName: `-a b.${from}`,
    from,
    to,
    dir: '',
    outputName: `out.${to}`,
    options,
    workDir,
    allowedDirs: [folder],
    dateMs: 0,
    signal: new AbortController().signal,
    progress: () => undefined,
    note: (text) => void notes.push(text),
  });
  if (!made.ok) return made.error;
  const bad = await firstBadOutput(made.value, { to, converter: converter.name, input: 'a' });
  if (bad !== undefined) return bad;
  const paths = made.value.map(({ path }) => path);
  return { names: made.value.map(({ name }) => name), paths, bytes: readFileSync(paths[0] ?? ''), notes };
}

export async function converted(converter: Converter, job: NativeJob): Promise<NativeOutput> {
  const made = await tryConvert(converter, job);
  if ('paths' in made) return made;
  throw new Error(JSON.stringify(made));
}

export async function failure(converter: Converter, job: NativeJob): Promise<Failure> {
  const made = await tryConvert(converter, job);
  if ('paths' in made) throw new Error(`made ${made.names.join(', ')}`);
  return made;
}
