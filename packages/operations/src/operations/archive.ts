/**
 * `archive`: all input files in one archive, each at its `dir/name`. The same files make the same bytes: entries keep
 * the order of `input`, and carry one fixed date and mode. Zip and tar are streamed; others are packed by 7-Zip.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type {
  ActionPlan,
  ActionRequest,
  Artifact,
  Failure,
  Operation,
  OperationContext,
  OperationResult,
} from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { canonicalFormat, err, ok } from '@pipeline/schema';
import { packTar as tarOf } from 'modern-tar/fs';
import { ZipFile } from 'yazl';
import { factsOf, madeBy } from '../basis/made-by.ts';
import { sevenZip, sevenZipVersion } from '../converters/archives/seven-zip.ts';
import { outputDateMs, outputDateOfZip } from '../files/output-date.ts';
import { nameOf, outputName } from '../files/output-name.ts';
import { textOption } from '../read-options.ts';
import { writeFailure } from '../files/write-failure.ts';

export const archive: Operation = { plan, run };

const streamed = ['zip', 'tar', 'tar.gz'];
const packedBySevenZip = ['7z', 'tar.bz2', 'tar.xz', 'rar'];
const fileMode = 0o644;

interface Plan {
  readonly format: string;
  readonly name: string;
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly input: Artifact;
  /** `/`-separated. */
  readonly name: string;
}

async function plan(request: ActionRequest): Promise<Result<ActionPlan, Failure>> {
  const planned = planArchive(request);
  if (!planned.ok) return planned;
  const { format, name } = planned.value;
  const isSevenZip = packedBySevenZip.includes(format);
  const facts = isSevenZip ? await madeBy(sevenZip) : factsOf([]);
  return ok({
    outputs: [{ dir: '', name }],
    ...facts,
    // It may be called after the task, which is none of the options.
    basis: { ...facts.basis, output: name },
  });
}

function planArchive(request: ActionRequest): Result<Plan, Failure> {
  const { options } = request;
  const format = canonicalFormat(textOption(options, 'output_format') ?? '');
  const problem = optionProblem(format, options);
  if (problem !== undefined) return err(problem);
  const name = outputName(request.task.name, options);
  if (!name.ok) return name;
  const entries = request.inputs.map((input) => ({ input, name: path.posix.join(input.dir, input.name) }));
  const twice = duplicate(entries, format);
  if (twice !== undefined) return err(twice);
  return ok({ format, name: nameOf(name.value, { number: 1, count: 1 }), entries });
}

function optionProblem(format: string, options: JsonObject): Failure | undefined {
  const invalid = { code: 'INVALID_OPTION' };
  if (!streamed.includes(format) && !packedBySevenZip.includes(format)) {
    return failure('unsupported', `The local backend makes no ${format} archives`, {
      hint: `There are: ${[...streamed, ...packedBySevenZip].join(', ')}.`,
    });
  }
  const engine = textOption(options, 'engine');
  if (
    engine !== undefined &&
    engine !== 'archivetool' &&
    !(engine === sevenZip.name && packedBySevenZip.includes(format))
  ) {
    return failure('unsupported', `The engine "${engine}" does not make ${format} archives here`, {
      ...invalid,
      hint: 'Leave `engine` out.',
    });
  }
  if (options.engine_version !== undefined) {
    return failure('unsupported', '`engine_version` cannot be chosen for archives on the local backend', {
      ...invalid,
      hint: 'Leave it out.',
    });
  }
  return undefined;
}

/** Two files at one place, or a file where a folder must be: the second would hide the first. */
function duplicate(entries: readonly Entry[], format: string): Failure | undefined {
  const seen = new Map<string, Artifact>();
  const hint = {
    hint: 'Give one of them another `filename`, or keep them in different folders with `base`.',
  };
  for (const { input, name } of entries) {
    const other = seen.get(name);
    if (other !== undefined) {
      return failure(
        'refused',
        `Two files would be ${JSON.stringify(name)} in the archive: one from the task "${other.task}", one from "${input.task}"`,
        { code: 'DUPLICATE_ENTRY', ...hint },
      );
    }
    if (format !== 'tar' && format !== 'tar.gz' && name.includes('\\')) {
      return failure(
        'unsupported',
        `${JSON.stringify(name)} has a backslash in its name, which would be a folder inside a ${format} archive`,
        { hint: 'Rename it with `filename`, or use tar.' },
      );
    }
    seen.set(name, input);
  }
  for (const { name } of entries) {
    for (
      let folder = path.posix.dirname(name);
      folder !== '.' && folder !== '/';
      folder = path.posix.dirname(folder)
    ) {
      if (seen.has(folder))
        return failure(
          'refused',
          `In the archive, ${JSON.stringify(folder)} would be a file and a folder with ${JSON.stringify(name)} in it`,
          { code: 'DUPLICATE_ENTRY', ...hint },
        );
    }
  }
  return undefined;
}

async function run(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const planned = planArchive(request);
  if (!planned.ok) return planned;
  const { format, name } = planned.value;
  const outputPath = path.join(context.workDir, 'archive.out');
  if (streamed.includes(format)) {
    const written = await writeStreamed(planned.value, { outputPath, context });
    return written.ok ? ok({ outputs: [{ dir: '', name, path: outputPath }] }) : written;
  }
  const tarPath = path.join(context.workDir, 'files.tar');
  const written = await writeStreamed({ ...planned.value, format: 'tar' }, { outputPath: tarPath, context });
  if (!written.ok) return written;
  const packed = await packTar(tarPath, { format, name, context });
  return packed.ok
    ? ok({
        outputs: packed.value,
        converter: { name: sevenZip.name, version: sevenZipVersion },
        ...(format === 'rar' ? { message: 'Stored, not packed: how RAR packs is not free' } : {}),
      })
    : packed;
}

async function packTar(
  tarPath: string,
  about: { readonly format: string; readonly name: string; readonly context: OperationContext },
): ReturnType<typeof sevenZip.convert> {
  const { format, name, context } = about;
  const workDir = path.join(context.workDir, 'packed');
  await mkdir(workDir);
  return sevenZip.convert({
    inputPath: tarPath,
    inputName: name,
    from: 'tar',
    to: format,
    dir: '',
    outputName: name,
    options: {},
    workDir,
    allowedDirs: [],
    dateMs: outputDateMs(),
    signal: context.signal,
    progress: context.progress,
  });
}

interface Target {
  readonly outputPath: string;
  readonly context: OperationContext;
}

async function writeStreamed(planned: Plan, target: Target): Promise<Result<undefined, Failure>> {
  const total = planned.entries.reduce((sum, { input }) => sum + input.sizeBytes, 0);
  let done = 0;
  const count = (bytes: number): void => {
    done += bytes;
    target.context.progress(total === 0 ? null : Math.min(100, (done / total) * 100));
  };
  try {
    await (planned.format === 'zip'
      ? writeZip(planned.entries, target, count)
      : writeTar(planned, target, count));
    return ok(undefined);
  } catch (error) {
    const { context } = target;
    if (context.signal.aborted)
      return err(failure('cancelled', `packing ${JSON.stringify(planned.name)} was cancelled`));
    const file = path.join(context.workDir, planned.name);
    return err(
      writeFailure(error, { target: file, baseDir: context.workDir, source: sourceOf(error, planned) }),
    );
  }
}

/** The input that could not be read, if it was one. */
function sourceOf(error: unknown, { entries }: Plan): string | undefined {
  const place = error instanceof Error && 'path' in error ? error.path : undefined;
  return entries.find(({ input }) => input.path === place)?.input.path;
}

async function writeZip(
  entries: readonly Entry[],
  target: Target,
  count: (bytes: number) => void,
): Promise<void> {
  const zip = new ZipFile();
  const failed = new Promise<never>((_, reject) => void zip.on('error', reject));
  for (const { input, name } of entries) {
    zip.addReadStreamLazy(
      name,
      { mtime: outputDateOfZip(), mode: 0o100000 | fileMode, forceDosTimestamp: true },
      (give) => {
        const counter = counting(count);
        const file = createReadStream(input.path).on('error', (error) => counter.destroy(error));
        give(
          null,
          file.pipe(counter).on('error', (error) => void zip.emit('error', error)),
        );
      },
    );
  }
  zip.end();
  const { signal } = target.context;
  await Promise.race([
    pipeline(new Readable().wrap(zip.outputStream), createWriteStream(target.outputPath), { signal }),
    failed,
  ]);
}

async function writeTar(planned: Plan, target: Target, count: (bytes: number) => void): Promise<void> {
  const { signal } = target.context;
  const fixed = { type: 'file', mode: fileMode, mtime: new Date(outputDateMs()), uid: 0, gid: 0 } as const;
  const tar = tarOf(
    planned.entries.map(({ input, name }) => ({ ...fixed, source: input.path, target: name })),
  );
  const output = createWriteStream(target.outputPath);
  await (planned.format === 'tar.gz'
    ? pipeline(tar, counting(count), createGzip(), output, { signal })
    : pipeline(tar, counting(count), output, { signal }));
}

function counting(count: (bytes: number) => void): Transform {
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      count(chunk.length);
      done(null, chunk);
    },
  });
}
