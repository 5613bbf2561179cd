/** The text of a pipeline, from a file or from standard input, with the name that messages use. It does not parse it. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Result, Source } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { findPipeline } from './find-pipeline.ts';
import { ioReason } from './io-reason.ts';
import type { UsageError } from './parse-arguments.ts';
import type { Surroundings } from './surroundings.ts';

/** The language's bound on a pipeline file. */
const maxBytes = 16 * 1024 * 1024;

export interface PipelineText {
  readonly source: Source;
  /** Absolute; where its relative paths start. */
  readonly baseDir: string;
}

/** `named`: what the user gave, `-` for standard input; undefined = the default file. */
export async function readPipeline(
  named: string | undefined,
  { cwd, stdin }: Pick<Surroundings, 'cwd' | 'stdin'>,
): Promise<Result<PipelineText, UsageError>> {
  if (named === '-') {
    const text = await readAll(stdin());
    return text.ok ? ok({ source: { path: '<stdin>', text: text.value }, baseDir: cwd }) : text;
  }
  const found = named === undefined ? findPipeline(cwd) : findNamed(path.resolve(cwd, named));
  if (!found.ok) return found;
  const file = found.value;
  const shown = shortPath(cwd, file);
  try {
    const { size } = statSync(file);
    if (size > maxBytes) return err(tooLarge(shown));
    const text = decode(readFileSync(file), shown);
    return text.ok ? ok({ source: { path: shown, text: text.value }, baseDir: path.dirname(file) }) : text;
  } catch (error) {
    return err(unreadable(shown, error));
  }
}

/** Relative to the working folder, unless that is a climb of several folders. */
export function shortPath(cwd: string, file: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith(path.join('..', '..', '..')) || path.isAbsolute(relative)
    ? file
    : relative || '.';
}

function findNamed(file: string): Result<string, UsageError> {
  const info = statSync(file, { throwIfNoEntry: false });
  // A folder means its default file, but never that of a folder above it.
  return info?.isDirectory() === true ? findInFolder(file) : ok(file);
}

function findInFolder(folder: string): Result<string, UsageError> {
  const found = findPipeline(folder);
  if (!found.ok || path.dirname(found.value) === folder) return found;
  return err({ message: `there is no pipeline file in ${folder}`, hint: 'pipeline init writes one' });
}

async function readAll(stdin: Readable): Promise<Result<string, UsageError>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) return err(tooLarge('<stdin>'));
    chunks.push(bytes);
  }
  return decode(Buffer.concat(chunks), '<stdin>');
}

/** Without a byte order mark: offsets count from the first character of the text. */
function decode(bytes: Buffer, name: string): Result<string, UsageError> {
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return err({
      message: `${name} is not UTF-8 text`,
      hint: 'save it as UTF-8; is it really a pipeline file?',
    });
  }
}

function tooLarge(name: string): UsageError {
  return { message: `${name} is larger than 16 MiB`, hint: 'is it really a pipeline file?' };
}

function unreadable(name: string, error: unknown): UsageError {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  if (!isMissing) return { message: `${name} cannot be read`, hint: ioReason(error) };
  return { message: `there is no file ${name}`, hint: 'check the name; paths start at the working folder' };
}
