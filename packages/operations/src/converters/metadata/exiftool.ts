/**
 * Metadata by ExifTool: the installed one, else the one that comes with an optional package, by an installed perl. It
 * reads what it can of any file; names and values it writes are checked by reading them back.
 */
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { formatLabel } from '../../files/magic.ts';
import { requireAsHost } from '../../host/host-entry.ts';
import type { ProcessEnd } from '../../process.ts';
import { findProgram, programVersion } from '../../programs/find-program.ts';
import { runProgram } from '../../programs/run-program.ts';
import type { ProgramCall } from '../../programs/run-program.ts';
import { flatMetadata } from './metadata-tool.ts';
import type { Metadata, MetadataJob, MetadataTool, MetadataWriting } from './metadata-tool.ts';

/** Of the package; a test holds it to the one that is installed. */
export const exiftoolPackageVersion = '13.59.3';

/** Formats that it writes; of the others it says so itself, but then the run has begun. */
const writable =
  '3fr arw avif bmp cr2 cr3 crw dcr dng eps erf gif heic heif jp2 jpg jxl mos mrw nef orf pef png ppm ps psb psd ' +
  'raf raw rw2 tiff webp x3f ai pdf';

export const exiftool: MetadataTool = {
  name: 'exiftool',
  version: async () =>
    (findProgram('exiftool') === undefined ? undefined : await programVersion('exiftool')) ??
    exiftoolPackageVersion,
  isThere: () =>
    findProgram('exiftool') !== undefined ||
    (findProgram('perl') !== undefined && packagedExiftool() !== undefined),
  needs: [{ type: 'program', name: 'exiftool' }],
  uses: () =>
    findProgram('exiftool') === undefined
      ? [
          { type: 'program', name: 'perl' },
          { type: 'pack', name: 'metadata' },
        ]
      : [],
  reads: undefined,
  writes: new Set(writable.split(' ').filter((format) => format !== 'bmp')),
  read,
  write,
};

const common: readonly string[] = ['-charset', 'utf8', '-charset', 'filename=utf8', '-sep', ', '];

/** Pure. What the file system says is left out: it is about our copy. */
export function readArgs(inputPath: string): readonly string[] {
  return [...common, '-json', '--System:all', '-api', 'LargeFileSupport=1', inputPath];
}

/** Pure. Names are checked before: see `nameProblem`. */
export function writeArgs(
  { inputPath, outputPath }: { readonly inputPath: string; readonly outputPath: string },
  metadata: Metadata,
): readonly string[] {
  const tags = Object.entries(metadata).map(([name, value]) => `-${name}=${String(value)}`);
  return [...common, '-o', outputPath, ...tags, inputPath];
}

/** Names by which ExifTool renames, links, dates or reads files, in place of writing into one. */
const notOfTheFile =
  /^(.*:)?(all|directory|filename|testname|file\w*date|file\w*(permissions|id)|hardlink|symlink|geo(tag|sync|time|locate)\w*|mditem\w*|xattr\w*|adjust\w*|common|user\w*args|thumbnailimage|previewimage|jpgfromraw)$/i;

/** Undefined: it can be written. */
export function nameProblem(name: string): string | undefined {
  if (!/^[A-Za-z][\w-]*(:[A-Za-z][\w-]*)*$/.test(name)) return 'is no name of a tag';
  return notOfTheFile.test(name) ? 'is no metadata that can be written' : undefined;
}

async function read(job: MetadataJob): Promise<Result<Metadata, Failure>> {
  const inputPath = await linkInput(job);
  const ran = await run(job, readArgs(inputPath));
  if (!ran.ok) return ran;
  const found = parse(ran.value.stdout);
  if (found === undefined) return err(failed(ran.value, job));
  const { SourceFile: _source, ExifToolVersion: _version, Error: problem, ...rest } = found;
  if (typeof problem === 'string') {
    return err(failure('bad-input', `${JSON.stringify(job.inputName)} tells no metadata: ${problem}`));
  }
  return ok(flatMetadata(rest));
}

async function write(job: MetadataWriting): Promise<Result<undefined, Failure>> {
  const { metadata, outputPath, inputName } = job;
  for (const name of Object.keys(metadata)) {
    const problem = nameProblem(name);
    if (problem !== undefined) return err(cannotWrite(job, [name], problem));
  }
  const inputPath = await linkInput(job);
  const ran = await run(job, writeArgs({ inputPath, outputPath }, metadata));
  if (!ran.ok) return ran;
  const unknown = [
    ...ran.value.stderr.matchAll(
      /Tag '([^']+)' is not defined|Sorry, (\S+) (?:is not writable|doesn't exist)/g,
    ),
  ];
  if (unknown.length > 0) {
    return err(
      cannotWrite(
        job,
        unknown.map((match) => match[1] ?? match[2] ?? ''),
        'is not known',
      ),
    );
  }
  if (/password|encrypted/i.test(ran.value.stderr)) {
    return err(
      failure('bad-input', `${JSON.stringify(inputName)} is protected by a password`, {
        code: 'PASSWORD_REQUIRED',
        hint: 'Put a task with `operation: pdf/decrypt` and its `password` before this one.',
      }),
    );
  }
  if (ran.value.exitCode !== 0) return err(failed(ran.value, job));
  return await readBack(job);
}

/** What is not there afterwards was not written, whatever was said. */
async function readBack(job: MetadataWriting): Promise<Result<undefined, Failure>> {
  const names = Object.entries(job.metadata).filter(([, value]) => value !== '');
  const ran = await run(job, [...common, '-json', ...names.map(([name]) => `-${name}`), job.outputPath]);
  if (!ran.ok) return ran;
  const found = parse(ran.value.stdout) ?? {};
  const there = new Set(Object.keys(found).map((name) => bareName(name)));
  const missing = names.map(([name]) => name).filter((name) => !there.has(bareName(name)));
  return missing.length === 0 ? ok(undefined) : err(cannotWrite(job, missing, 'has no place in it'));
}

const bareName = (name: string): string => (name.split(':').at(-1) ?? name).toLowerCase();

function cannotWrite({ inputName, format }: MetadataJob, names: readonly string[], why: string): Failure {
  const shown = [...new Set(names)].map((name) => JSON.stringify(name)).join(', ');
  return failure(
    'unsupported',
    `${shown} cannot be written into ${JSON.stringify(inputName)}: it ${why} (${formatLabel(format)})`,
    { code: 'INVALID_OPTION', hint: 'Check the spelling, or leave it out: https://exiftool.org/TagNames/' },
  );
}

/** It goes by the extension where the bytes do not tell. */
async function linkInput({ inputPath, workDir, format }: MetadataJob): Promise<string> {
  const link = path.join(workDir, `input.${format === '' ? 'bin' : format}`);
  await symlink(inputPath, link);
  return link;
}

function run(job: MetadataJob, args: readonly string[]): Promise<Result<ProcessEnd, Failure>> {
  const { inputPath, inputName, workDir, signal } = job;
  const call: ProgramCall = {
    program: 'exiftool',
    args,
    workDir,
    reads: [inputPath],
    keepStdoutBytes: 4 * 2 ** 20,
    limits: { timeoutMs: 300_000, memoryBytes: 2 ** 30 },
    signal,
    about: inputName,
  };
  const packaged = findProgram('exiftool') === undefined ? packagedExiftool() : undefined;
  if (packaged === undefined) return runProgram(call);
  return runProgram({
    ...call,
    program: 'perl',
    args: [packaged.script, ...args],
    reads: [...call.reads, packaged.folder],
  });
}

/** The optional package; it holds ExifTool, which is a script of Perl. */
function packagedExiftool(): { readonly script: string; readonly folder: string } | undefined {
  try {
    const require = requireAsHost();
    const folder = path.dirname(require.resolve('exiftool-vendored.pl/package.json'));
    return { script: path.join(folder, 'bin', 'exiftool'), folder };
  } catch {
    return undefined;
  }
}

function parse(stdout: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(stdout);
    const [first]: readonly unknown[] = Array.isArray(parsed) ? parsed : [];
    return isObject(first) ? first : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function failed({ stderr, exitCode }: ProcessEnd, job: MetadataJob): Failure {
  const said =
    stderr.split('\n').findLast((line) => /^Error|can't|unknown/i.test(line)) ?? `exit code ${exitCode}`;
  const why = said.replace(/ - \S*input\.\S+$/, '').replace(/^Error:\s*/, '');
  return failure('bad-input', `${JSON.stringify(job.inputName)} cannot be worked on by ExifTool: ${why}`, {
    converter: { name: 'exiftool', exitCode, stderr },
  });
}
