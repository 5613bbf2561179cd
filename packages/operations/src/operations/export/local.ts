/**
 * `export/local`: writes files to this machine. `path` is a folder, below which each file keeps its `dir/name`; when it
 * holds an expression over `file` and does not end in `/`, it is the path of the file itself.
 * It knows what may be replaced; how a file gets to its place whole, it does not.
 */
import path from 'node:path';
import type {
  ActionRequest,
  Artifact,
  Failure,
  Operation,
  OperationContext,
  OutputFile,
} from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Expression, Result } from '@pipeline/schema';
import { err, ok, unreachable } from '@pipeline/schema';
import { lstat } from 'node:fs/promises';
import { atomicWrite } from '../../files/atomic-write.ts';
import { realPathOf, refusalOf, shownPath } from '../../files/paths.ts';
import type { PathContext } from '../../files/paths.ts';
import { flagOption, textOption } from '../../read-options.ts';
import { hasSameContent } from '../../files/same-content.ts';

export const exportLocal: Operation = {
  plan: (request, context) => {
    if (flagOption(request.options, 'prune')) return err(noPrune());
    const targets = targetsOf(request, context);
    if (!targets.ok) return targets;
    return ok({
      outputs: targets.value.map(({ dir, name }) => ({ dir, name })),
      writes: targets.value.map((target) => target.file),
    });
  },

  run: async (request, context) => {
    const targets = targetsOf(request, context);
    if (!targets.ok) return targets;
    const outputs: OutputFile[] = [];
    const messages = new Set<string>();
    let isAllUnchanged = targets.value.length > 0;
    for (const [index, target] of targets.value.entries()) {
      const written = await write(target, request, {
        ...context,
        progress: (percent) =>
          context.progress(((index + (percent ?? 0) / 100) / targets.value.length) * 100),
      });
      if (!written.ok) return written;
      outputs.push(written.value.output);
      isAllUnchanged &&= written.value.isUnchanged === true;
      if (written.value.message !== undefined) messages.add(written.value.message);
    }
    return ok({
      outputs,
      ...(messages.size > 0 && { message: [...messages].join('; ') }),
      ...(isAllUnchanged && { isUnchanged: true }),
    });
  },
};

interface Target {
  readonly input: Artifact;
  readonly file: string;
  readonly dir: string;
  readonly name: string;
}

function targetsOf(request: ActionRequest, context: PathContext): Result<readonly Target[], Failure> {
  const given = textOption(request.options, 'path') ?? '';
  const isFile = !given.endsWith('/') && readsFile(request);
  const base = path.resolve(context.baseDir, given);
  const targets = request.inputs.map((input): Target => {
    if (isFile) return { input, file: base, dir: '', name: path.basename(base) };
    return { input, file: path.join(base, input.dir, input.name), dir: input.dir, name: input.name };
  });
  const problem = problemOf(targets, context);
  return problem === undefined ? ok(targets) : err(problem);
}

function problemOf(targets: readonly Target[], context: PathContext): Failure | undefined {
  const sources = new Set(
    targets.flatMap(({ input }) => (input.path === '' ? [] : [realPathOf(input.path)])),
  );
  const seen = new Map<string, Target>();
  for (const target of targets) {
    const shown = shownPath(target.file, context.baseDir);
    // The file itself may be a link: it is replaced, never followed. Its folder must lie where it may.
    const refusal = refusalOf(path.dirname(target.file), context);
    if (refusal !== undefined) return refusal;
    if (sources.has(realPathOf(target.file))) {
      return failure('refused', `${shown} would overwrite its own source`, {
        hint: 'export to another folder',
      });
    }
    const other = seen.get(target.file);
    if (other !== undefined) {
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

interface Exported {
  readonly output: OutputFile;
  readonly message?: string;
  readonly isUnchanged?: true;
}

async function write(
  target: Target,
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<Exported, Failure>> {
  const { file, dir, name, input } = target;
  const overwrite = textOption(request.options, 'overwrite') ?? 'if_changed';
  const existing = overwrite === 'always' ? undefined : await lstat(file).catch(() => undefined);
  const known = input.sha256 === undefined ? {} : { sha256: input.sha256 };
  // A folder in the way is no file to be kept: the write says so.
  if (existing !== undefined && !existing.isDirectory()) {
    if (overwrite === 'never') {
      const message = 'kept the file that was there (overwrite: never)';
      return ok({ output: { dir, name, path: file }, message, isUnchanged: true });
    }
    if (await hasSameContent(input.path, file)) {
      return ok({ output: { dir, name, path: file, ...known }, message: 'unchanged', isUnchanged: true });
    }
  }
  const written = await atomicWrite({
    source: input.path,
    target: file,
    baseDir: context.baseDir,
    signal: context.signal,
    progress: context.progress,
  });
  if (!written.ok) return written;
  const sha256 = written.value.sha256 ?? input.sha256;
  return ok({ output: { dir, name, path: file, ...(sha256 !== undefined && { sha256 }) } });
}

/** Whether the option `path` of the task holds an expression over `file`. */
function readsFile({ task }: ActionRequest): boolean {
  return task.templates.some(
    ({ path: place, template }) =>
      place.length === 1 &&
      place[0] === 'path' &&
      template.parts.some((part) => typeof part !== 'string' && refersToFile(part)),
  );
}

function refersToFile(expression: Expression): boolean {
  switch (expression.type) {
    case 'literal':
      return false;
    case 'reference':
      return expression.root === 'file';
    case 'not':
      return refersToFile(expression.operand);
    case 'list':
      return expression.items.some(refersToFile);
    case 'binary':
      return refersToFile(expression.left) || refersToFile(expression.right);
    case 'call':
      return expression.arguments.some(refersToFile);
    default:
      return unreachable(expression);
  }
}

const placeOf = ({ dir, name }: Artifact): string => JSON.stringify(dir === '' ? name : `${dir}/${name}`);

const noPrune = (): Failure =>
  failure('not-available', 'prune: true needs the record of earlier runs, which is not available yet', {
    hint: 'take prune out and remove files that are no longer made yourself',
  });
