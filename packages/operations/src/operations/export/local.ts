/**
 * `export/local`: writes files to this machine. `path` is a folder, below which each file keeps its `dir/name`; when it
 * holds an expression over `file` and does not end in `/`, it is the path of the file itself.
 * It knows what may be replaced; how a file gets to its place whole, it does not.
 */
import type { Stats } from 'node:fs';
import path from 'node:path';
import type {
  ActionRequest,
  Artifact,
  Failure,
  Operation,
  OperationContext,
  OperationResult,
  OutputFile,
} from '@pipeline/engine';
import { expressionsOf, failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { atomicWrite, type Written } from '../../files/atomic-write.ts';
import { folderRefusal, realPathOf, shownPath } from '../../files/paths.ts';
import type { PathContext } from '../../files/paths.ts';
import { linkStatOf, statOf } from '../../files/stat-of.ts';
import { textOption } from '../../read-options.ts';
import { hasSameContent } from '../../files/same-content.ts';

export const exportLocal: Operation = {
  isFolderless: true,

  plan: (request, context) => {
    const targets = targetsOf(request, context);
    if (!targets.ok) return targets;
    return ok({
      outputs: targets.value.map(({ dir, name }) => ({ dir, name })),
      writes: targets.value.map((target) => target.file),
    });
  },

  run: (request, context) => {
    const targets = targetsOf(request, context);
    if (!targets.ok) return Promise.resolve(targets);
    const [target] = targets.value;
    if (target === undefined || targets.value.length > 1) return exportAll(targets.value, request, context);
    return write(target, request, { context, progress: context.progress }).then((written) =>
      written.ok ? ok(resultOf([written.value])) : written,
    );
  },
};

/** One after the other. */
async function exportAll(
  targets: readonly Target[],
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const exported: Exported[] = [];
  for (const target of targets) {
    const done = exported.length;
    const progress = (percent: number): void =>
      context.progress(((done + percent / 100) / targets.length) * 100);
    // What was there before the others were written may be something else by now.
    const now = done === 0 ? target : { ...target, existing: linkStatOf(target.file) };
    const written = await write(now, request, { context, progress });
    if (!written.ok) return written;
    // A small file is written too quickly to say anything of itself.
    progress(100);
    exported.push(written.value);
  }
  return ok(resultOf(exported));
}

function resultOf(exported: readonly Exported[]): OperationResult {
  const outputs = exported.map(({ output }) => output);
  if (exported.every(isPlain)) return { outputs };
  const messages = new Set(exported.flatMap(({ message = [] }) => message));
  const isUnchanged = exported.every((one) => one.isUnchanged === true);
  return {
    outputs,
    ...(messages.size > 0 && { message: [...messages].join('; ') }),
    ...(isUnchanged && { isUnchanged }),
  };
}

interface Target {
  readonly input: Artifact;
  readonly file: string;
  readonly folder: string;
  /** What lies there, itself: a link is not followed. */
  readonly existing: Stats | undefined;
  readonly dir: string;
  readonly name: string;
}

function targetsOf(request: ActionRequest, context: PathContext): Result<readonly Target[], Failure> {
  const given = textOption(request.options, 'path') ?? '';
  const isFile = !given.endsWith('/') && readsFile(request);
  const base = placeIn(context.baseDir, given);
  const targets = request.inputs.map((input): Target => {
    if (isFile) {
      const place = { folder: path.dirname(base), dir: '', name: path.basename(base) };
      return { input, file: base, existing: linkStatOf(base), ...place };
    }
    const { dir, name } = input;
    const folder = dir === '' ? base : path.join(base, dir);
    const file = folder.endsWith(path.sep) ? folder + name : folder + path.sep + name;
    return { input, file, existing: linkStatOf(file), folder, dir, name };
  });
  const problem = problemOf(targets, context);
  return problem === undefined ? ok(targets) : err(problem);
}

/** What was resolved last: nearly all files of an export go to one place. */
const last = { baseDir: '', given: '', place: '' };

function placeIn(baseDir: string, given: string): string {
  if (given !== last.given || baseDir !== last.baseDir)
    Object.assign(last, { baseDir, given, place: path.resolve(baseDir, given) });
  return last.place;
}

function problemOf(targets: readonly Target[], context: PathContext): Failure | undefined {
  for (const target of targets) {
    // The file itself may be a link: it is replaced, never followed. Its folder must lie where it may.
    const refusal = folderRefusal(target.folder, context);
    if (refusal !== undefined) return refusal;
    if (target.existing !== undefined && isSource(target.file, targets)) {
      const shown = shownPath(target.file, context.baseDir);
      return failure('refused', `${shown} would overwrite its own source`, {
        hint: 'export to another folder',
      });
    }
  }
  return targets.length > 1 ? doubled(targets, context) : undefined;
}

function doubled(targets: readonly Target[], context: PathContext): Failure | undefined {
  const seen = new Map<string, Target>();
  for (const target of targets) {
    const other = seen.get(target.file);
    if (other !== undefined) {
      const shown = shownPath(target.file, context.baseDir);
      return failure(
        'refused',
        `${placeOf(other.input)} and ${placeOf(target.input)} would both be written to ${shown}`,
        {
          hint: 'let path be a folder, or tell the files apart in it: out/${{ file.name }}',
        },
      );
    }
    seen.set(target.file, target);
  }
  return undefined;
}

/** Whether it is one of the files that are to be written, by whatever name. */
function isSource(file: string, targets: readonly Target[]): boolean {
  const there = statOf(file);
  if (there === undefined) return false;
  return targets.some(({ input }) => {
    const source = input.path === '' ? undefined : statOf(input.path);
    // Two names of one file on the disk may still be two places, of which one can be replaced.
    return (
      source?.ino === there.ino && source.dev === there.dev && realPathOf(input.path) === realPathOf(file)
    );
  });
}

interface Exported {
  readonly output: OutputFile;
  readonly message?: string;
  readonly isUnchanged?: true;
}

const isPlain = ({ message, isUnchanged }: Exported): boolean =>
  message === undefined && isUnchanged !== true;

interface Writing {
  /** Its signal is made when it is first asked for, which small files do not. */
  readonly context: OperationContext;
  readonly progress: (percent: number) => void;
}

function write(target: Target, request: ActionRequest, writing: Writing): Promise<Result<Exported, Failure>> {
  return target.existing === undefined ? copyTo(target, writing) : keepOrCopyTo(target, request, writing);
}

async function keepOrCopyTo(
  target: Target,
  request: ActionRequest,
  writing: Writing,
): Promise<Result<Exported, Failure>> {
  const kept = await keep(target, request, writing.context);
  return kept === undefined ? copyTo(target, writing) : ok(kept);
}

function copyTo(target: Target, { context, progress }: Writing): Promise<Result<Exported, Failure>> {
  const { file, input, existing } = target;
  const { path: source, sha256 } = input;
  const isNew = existing === undefined;
  const { baseDir } = context;
  const copy = { source, target: file, baseDir, caller: context, progress, isNew, sha256 };
  return atomicWrite(copy).then((written) =>
    written.ok ? ok({ output: outputOf(target, written.value) }) : written,
  );
}

function outputOf({ file, dir, name, input }: Target, written: Written): OutputFile {
  const { sizeBytes, mtimeMs, sha256 = input.sha256 } = written;
  if (sha256 === undefined) return { dir, name, path: file, sizeBytes, mtimeMs };
  return { dir, name, path: file, sizeBytes, sha256, mtimeMs };
}

/** What is there stays, if it may and should. */
async function keep(
  { file, dir, name, input, existing }: Target,
  { options }: ActionRequest,
  context: OperationContext,
): Promise<Exported | undefined> {
  const overwrite = textOption(options, 'overwrite') ?? 'if_changed';
  // A folder in the way is no file to be kept: the write says so.
  if (overwrite === 'always' || existing?.isDirectory() === true) return undefined;
  if (overwrite === 'never') {
    const message = 'kept the file that was there (overwrite: never)';
    return { output: { dir, name, path: file }, message, isUnchanged: true };
  }
  if (!(await hasSame(input, file, context))) return undefined;
  const known = input.sha256 === undefined ? {} : { sha256: input.sha256 };
  return { output: { dir, name, path: file, ...known }, message: 'unchanged', isUnchanged: true };
}

/** By the hashes, where both are known or cheaply had: then nothing is read. Else byte by byte. */
async function hasSame(input: Artifact, file: string, { hashFile }: OperationContext): Promise<boolean> {
  if (input.sha256 === undefined || hashFile === undefined) return hasSameContent(input.path, file);
  const there = statOf(file);
  if (there?.isFile() !== true || there.size !== input.sizeBytes) return false;
  try {
    return (await hashFile(file)) === input.sha256;
  } catch {
    // It cannot be read, or is changing just now.
    return false;
  }
}

/** Whether the option `path` of the task holds an expression over `file`. */
function readsFile({ task }: ActionRequest): boolean {
  return task.templates.some(
    ({ path: place, template }) =>
      place.length === 1 &&
      place[0] === 'path' &&
      expressionsOf(template).some((one) => one.type === 'reference' && one.root === 'file'),
  );
}

const placeOf = ({ dir, name }: Artifact): string => JSON.stringify(dir === '' ? name : `${dir}/${name}`);
