/**
 * `convert`: every input file into the output format, by the best converter that honours the options given. It checks
 * what comes in and what came out; how it is done, only the converters know.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type {
  ActionPlan,
  ActionRequest,
  Artifact,
  Operation,
  OperationContext,
  OperationResult,
  OutputFile,
} from '@pipeline/engine';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { applicableOptions, canonicalFormat, err, formatKind, ok } from '@pipeline/schema';
import { joined, madeBy } from '../basis/made-by.ts';
import type { MadeBy } from '../basis/made-by.ts';
import { firstBadOutput } from '../files/check-output.ts';
import { addReads } from '../files/beside.ts';
import type { Converter } from '../converters/converter.ts';
import { isLockedOffice } from '../files/locked-office.ts';
import type { FileStart } from '../files/magic.ts';
import { formatLabel, formatOfBytes, readStart, wrongFormat } from '../files/magic.ts';
import { outputDateMs } from '../files/output-date.ts';
import { nameOf, outputName } from '../files/output-name.ts';
import { textOption } from '../read-options.ts';
import { findConverter } from '../routes/find-converter.ts';
import { givenOptions } from '../routes/route-request.ts';
import { needsHint } from '../routes/needs.ts';

export const convert: Operation = { plan, run };

async function plan(request: ActionRequest): Promise<Result<ActionPlan, Failure>> {
  const outputs: { dir: string; name: string }[] = [];
  const makers: MadeBy[] = [];
  let isCertain = true;
  let sharing: Pick<ActionPlan, 'shares' | 'isShapedTogether'> = {};
  for (const input of request.inputs) {
    const step = await stepFor(input, request);
    if (!step.ok) {
      // A file that is not made yet may still get a name that tells its format.
      if (input.path === '' && formats(input, request).from === '') return ok({});
      return step;
    }
    const { converter, from, to, name, options } = step.value;
    if (converter !== undefined) makers.push(await madeBy(converter, { from, to, options }));
    // A file among others is not what somebody else waits for.
    if (request.inputs.length === 1) sharing = sharingOf(converter, { from, to, options });
    if (converter?.isPlural?.(from, to, options) === true) isCertain = false;
    outputs.push({ dir: input.dir, name: nameOf(name, { number: 1, count: 1 }) });
  }
  return ok({
    ...madeByAll(makers),
    ...(isCertain ? { outputs } : {}),
    ...sharing,
  });
}

function sharingOf(
  converter: Converter | undefined,
  { from, to, options }: { readonly from: string; readonly to: string; readonly options: JsonObject },
): Pick<ActionPlan, 'shares' | 'isShapedTogether'> {
  const shares = converter?.shares?.(from, to, options);
  if (shares === undefined) return {};
  return converter?.isShapedTogether === true ? { shares, isShapedTogether: true } : { shares };
}

/** The first converter is the one that views show. */
function madeByAll(makers: readonly MadeBy[]): Partial<MadeBy> {
  const [first] = makers;
  if (first === undefined || makers.length === 1) return first ?? {};
  const each = makers.map(({ converter: { name, version } }) => `${name} ${version}`);
  const { basis, watches } = joined(makers);
  return {
    converter: first.converter,
    basis: { ...basis, converters: [...new Set(each)].join(', ') },
    watches,
  };
}

const named = async (converter: Converter): Promise<{ name: string; version: string }> => ({
  name: converter.name,
  version: await converter.version(),
});

interface Step {
  /** Undefined: the file is of that format already, and nothing is asked of it. */
  readonly converter: Converter | undefined;
  readonly from: string;
  readonly to: string;
  readonly name: string;
  /** Those of the task that have a meaning for this pair: `defaults` and tasks of mixed files give others too. */
  readonly options: JsonObject;
}

function formats(input: Artifact, request: ActionRequest): { readonly from: string; readonly to: string } {
  return {
    from: canonicalFormat(textOption(request.options, 'input_format') ?? input.format),
    to: canonicalFormat(textOption(request.options, 'output_format') ?? ''),
  };
}

async function stepFor(input: Artifact, request: ActionRequest): Promise<Result<Step, Failure>> {
  const { from, to } = formats(input, request);
  const options = applicableOptions('convert', request.options, { from, to });
  const name = outputName(input.name, options);
  if (!name.ok) return name;
  const engine = textOption(options, 'engine');
  const engineVersion = textOption(options, 'engine_version');
  if (from === to && from !== '' && engine === undefined && givenOptions(options).length === 0) {
    return ok({ converter: undefined, from, to, name: name.value, options });
  }
  const converter = await findConverter({
    from,
    to,
    name: input.name,
    options,
    ...(engine === undefined ? {} : { engine }),
    ...(engineVersion === undefined ? {} : { engineVersion }),
  });
  if (!converter.ok) return converter;
  const problem = converter.value.check?.({ from, to, options });
  if (problem !== undefined) return err(problem);
  return ok({ converter: converter.value, from, to, name: name.value, options });
}

async function run(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const outputs: OutputFile[] = [];
  const notes: string[] = [];
  const beside = new Set<string>();
  let used: Converter | undefined;
  for (const [index, input] of request.inputs.entries()) {
    const step = await stepFor(input, request);
    if (!step.ok) return step;
    used ??= step.value.converter;
    const workDir =
      request.inputs.length === 1 ? context.workDir : path.join(context.workDir, String(index + 1));
    await mkdir(workDir, { recursive: true });
    const share = { from: (index / request.inputs.length) * 100, size: 100 / request.inputs.length };
    const made = await convertOne(input, step.value, {
      context: {
        ...context,
        workDir,
        progress: (percent) =>
          context.progress(percent === null ? null : share.from + (percent / 100) * share.size),
      },
      note: (text) => void notes.push(text),
      alsoRead: (paths) => addReads(beside, paths, context),
      fileInputs: Object.fromEntries(
        Object.entries(request.fileInputs).map(([option, files]) => [option, files.map(({ path }) => path)]),
      ),
    });
    if (!made.ok) return made;
    outputs.push(...made.value);
  }
  return ok({
    outputs,
    ...(used === undefined ? {} : { converter: await named(used) }),
    ...(beside.size === 0 ? {} : { dependsOn: [...beside] }),
    ...(notes.length === 0 ? {} : { message: [...new Set(notes)].join('. ') }),
  });
}

interface Around {
  readonly context: OperationContext;
  readonly fileInputs: Readonly<Record<string, readonly string[]>>;
  readonly note: (text: string) => void;
  readonly alsoRead: (paths: readonly string[]) => void;
}

async function convertOne(
  input: Artifact,
  step: Step,
  around: Around,
): Promise<Result<readonly OutputFile[], Failure>> {
  const { converter, from, to, name, options } = step;
  const start = await readStart(input.path);
  const wrong = wrongFormat(from, start, input.name);
  if (wrong !== undefined && !(converter !== undefined && isOtherPicture(from, start))) {
    if (!(await isLocked(input, from))) return err(wrong);
    if (converter?.options(from, to).includes('password') !== true) return err(locked(input));
  }
  if (converter === undefined) return passThrough(input, step, around);
  const { context } = around;
  const made = await converter.convert({
    inputPath: input.path,
    inputName: input.name,
    from,
    to,
    dir: input.dir,
    outputName: name,
    options,
    workDir: context.workDir,
    allowedDirs: context.allowedDirs,
    dateMs: outputDateMs(),
    signal: context.signal,
    progress: context.progress,
    ...(context.share === undefined ? {} : { share: context.share }),
    note: around.note,
    alsoRead: around.alsoRead,
    fileInputs: around.fileInputs,
  });
  if (!made.ok) return made;
  const bad = await firstBadOutput(made.value, { to, converter: converter.name, input: input.name });
  return bad === undefined ? made : err(bad);
}

const isLocked = async ({ path: file }: Artifact, from: string): Promise<boolean> =>
  lockable.has(from) && (await isLockedOffice(file));

const lockable: ReadonlySet<string> = new Set('docx docm dotx xlsx xlsm xlsb pptx pptm ppsx potx'.split(' '));

const locked = ({ name }: Artifact): Failure =>
  failure('bad-input', `${JSON.stringify(name)} is protected by a password`, {
    code: 'PASSWORD_REQUIRED',
    hint: `Give it with the option \`password\`, which LibreOffice honours. ${needsHint([{ type: 'program', name: 'libreoffice' }])}`,
  });

/** A PNG called .jpg: image converters go by content, and so do all viewers. */
function isOtherPicture(from: string, start: FileStart): boolean {
  const found = formatOfBytes(start.head);
  return formatKind(from) === 'image' && found !== undefined && formatKind(found) === 'image';
}

/** The file is what it should become: a copy under its new name. */
async function passThrough(
  input: Artifact,
  step: Step,
  around: Around,
): Promise<Result<readonly OutputFile[], Failure>> {
  const copy = path.join(around.context.workDir, 'copy');
  await copyFile(input.path, copy);
  around.note(`Already ${formatLabel(step.to)}: passed through unchanged`);
  return ok([{ dir: input.dir, name: nameOf(step.name, { number: 1, count: 1 }), path: copy }]);
}
