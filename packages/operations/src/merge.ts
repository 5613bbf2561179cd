/**
 * `merge`: all input files, in their order, as one PDF. What is no PDF yet becomes one first, by the same converters
 * that `convert` uses. A single file is merged, too: it becomes the PDF by itself.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
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
import type { Result } from '@pipeline/schema';
import { canonicalFormat, err, ok } from '@pipeline/schema';
import type { Converter } from './converters/converter.ts';
import { runInHost } from './host/host-pool.ts';
import { readStart, wrongFormat } from './magic.ts';
import { nameOf, outputName } from './output-name.ts';
import { textOption } from './read-options.ts';
import { findConverter } from './routes.ts';

export const merge: Operation = { plan, run };

/** Of the npm package; a test holds it to the one that is installed. */
export const pdfLibVersion = '2.11.1';
const converter = { name: 'pdf-lib', version: pdfLibVersion };
const engines = ['pdf-lib', 'qpdf'];

async function plan(request: ActionRequest): Promise<Result<ActionPlan, Failure>> {
  const problem = optionProblem(request);
  if (problem !== undefined) return err(problem);
  for (const input of request.inputs) {
    if (input.path === '' && formatOf(input, request) === '') continue;
    const way = await wayToPdf(input, request);
    if (!way.ok) return way;
  }
  const name = mergedName(request);
  return name.ok ? ok({ converter, outputs: [{ dir: '', name: name.value }] }) : name;
}

function optionProblem(request: ActionRequest): Failure | undefined {
  const { options } = request;
  const invalid = { code: 'INVALID_OPTION' };
  for (const name of ['merge_direction', 'merge_mode']) {
    if (options[name] !== undefined)
      return failure('unsupported', `\`${name}\` is not honoured by merge on the local backend`, {
        ...invalid,
        hint: 'Remove it: pages follow each other in the order of `input`.',
      });
  }
  const engine = textOption(options, 'engine');
  if (engine !== undefined && !engines.includes(engine)) {
    return failure('unsupported', `The engine "${engine}" does not merge on the local backend`, {
      ...invalid,
      hint: 'Leave `engine` out: PDFs are merged by pdf-lib.',
    });
  }
  const version = textOption(options, 'engine_version');
  if (version !== undefined && version !== pdfLibVersion) {
    return failure(
      'unsupported',
      `engine_version ${version} is not here: PDFs are merged by pdf-lib ${pdfLibVersion}`,
      { ...invalid, hint: 'Leave `engine_version` out.' },
    );
  }
  return undefined;
}

const formatOf = (input: Artifact, request: ActionRequest): string =>
  canonicalFormat(textOption(request.options, 'input_format') ?? input.format);

/** Undefined: it is one already. */
async function wayToPdf(
  input: Artifact,
  request: ActionRequest,
): Promise<Result<Converter | undefined, Failure>> {
  const from = formatOf(input, request);
  return from === 'pdf' ? ok(undefined) : findConverter({ from, to: 'pdf', name: input.name, options: {} });
}

function mergedName(request: ActionRequest): Result<string, Failure> {
  const name = outputName(request.task.name, { output_format: 'pdf', ...request.options });
  return name.ok ? ok(nameOf(name.value, { number: 1, count: 1 })) : name;
}

async function run(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const problem = optionProblem(request);
  if (problem !== undefined) return err(problem);
  const name = mergedName(request);
  if (!name.ok) return name;
  const notes: string[] = [];
  const parts: { path: string; name: string }[] = [];
  for (const [index, input] of request.inputs.entries()) {
    const part = await asPdf(input, {
      request,
      context,
      workDir: path.join(context.workDir, `part-${index + 1}`),
      notes,
    });
    if (!part.ok) return part;
    parts.push({ path: part.value, name: input.name });
    context.progress(((index + 1) / request.inputs.length) * 60);
  }
  const outputPath = path.join(context.workDir, 'merged');
  const answer = await runInHost({
    host: 'pdf-lib',
    job: { inputs: parts, outputPath },
    signal: context.signal,
    progress: (percent) => context.progress(percent === null ? null : 60 + percent * 0.4),
    about: parts.length === 1 ? (parts[0]?.name ?? '') : `${parts.length} files`,
  });
  if (!answer.ok) return answer;
  return ok({
    outputs: [{ dir: '', name: name.value, path: outputPath }],
    converter,
    ...(notes.length === 0 ? {} : { message: notes.join('. ') }),
  });
}

async function asPdf(
  input: Artifact,
  about: {
    readonly request: ActionRequest;
    readonly context: OperationContext;
    readonly workDir: string;
    readonly notes: string[];
  },
): Promise<Result<string, Failure>> {
  const { request, context, workDir } = about;
  const way = await wayToPdf(input, request);
  if (!way.ok) return way;
  if (way.value === undefined) return ok(input.path);
  const from = formatOf(input, request);
  const wrong = wrongFormat(from, await readStart(input.path), input.name);
  if (wrong !== undefined) return err(wrong);
  await mkdir(workDir, { recursive: true });
  const made = await way.value.convert({
    inputPath: input.path,
    inputName: input.name,
    from,
    to: 'pdf',
    dir: '',
    outputName: 'part.pdf',
    options: {},
    workDir,
    allowedDirs: context.allowedDirs,
    startedAt: context.startedAt,
    signal: context.signal,
    progress: () => {},
    note: (text) => void about.notes.push(`${input.name}: ${text}`),
  });
  if (!made.ok) return made;
  const [pdf] = made.value;
  return pdf === undefined
    ? err(failure('converter-failed', `${way.value.name} made no PDF of ${JSON.stringify(input.name)}`))
    : ok(pdf.path);
}
