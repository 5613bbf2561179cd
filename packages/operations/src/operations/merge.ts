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
import type { JsonObject, Result } from '@pipeline/schema';
import { canonicalFormat, err, ok } from '@pipeline/schema';
import { joined, madeBy } from '../basis/made-by.ts';
import type { MadeBy } from '../basis/made-by.ts';
import { addReads } from '../files/beside.ts';
import type { Converter } from '../converters/converter.ts';
import { runInHost } from '../host/host-pool.ts';
import { readStart, wrongFormat } from '../files/magic.ts';
import { outputDateMs } from '../files/output-date.ts';
import { nameOf, outputName, stemOf } from '../files/output-name.ts';
import { brokenPdf } from '../converters/pdf/pdf-failures.ts';
import { chooseTool, hasEnd } from './pdf/pdf-tool.ts';
import type { PdfTool } from './pdf/pdf-tool.ts';
import { qpdfFailure, qpdfVersion, runEmbedded, runNative } from '../converters/pdf/run-qpdf.ts';
import type { QpdfRun } from '../converters/pdf/run-qpdf.ts';
import { programVersion } from '../programs/find-program.ts';
import { textOption } from '../read-options.ts';
import { findConverter } from '../routes/find-converter.ts';

export const merge: Operation = { plan, run };

/** Of the npm package; a test holds it to the one that is installed. */
export const pdfLibVersion = '2.11.1';

/** Both come along; the program does large files in less memory. pdf-lib writes the outline in any case. */
const tools: readonly MergeTool[] = [
  {
    name: 'qpdf',
    standsFor: [],
    needs: [{ type: 'program', name: 'qpdf' }],
    version: async () => (await programVersion('qpdf')) ?? 'unknown',
    join: runNative,
  },
  { name: 'qpdf', standsFor: [], needs: [], version: async () => qpdfVersion, join: runEmbedded },
];

interface MergeTool extends Omit<PdfTool, 'run'> {
  readonly join: QpdfRun;
}

async function plan(request: ActionRequest): Promise<Result<ActionPlan, Failure>> {
  const tool = await chooseTool({ tools, mistake }, request);
  if (!tool.ok) return tool;
  const makers = new Map<Converter, MadeBy>();
  for (const input of request.inputs) {
    const from = formatOf(input, request);
    if (input.path === '' && from === '') continue;
    const way = await wayToPdf(input, request);
    if (!way.ok) return way;
    if (way.value !== undefined)
      makers.set(way.value, await madeBy(way.value, { from, to: 'pdf', options: {} }));
  }
  const name = mergedName(request);
  if (!name.ok) return name;
  const own = await madeBy(tool.value);
  const facts = makers.size === 0 ? own : withConverters(own, [...makers.values()]);
  // It may be called after the task, which is none of the options.
  const basis = { ...facts.basis, output: name.value };
  return ok({ ...facts, basis, outputs: [{ dir: '', name: name.value }] });
}

function withConverters(own: MadeBy, makers: readonly MadeBy[]): MadeBy {
  const { basis, watches } = joined([own, ...makers]);
  const converters = [...new Set(makers.map(({ converter: { name, version } }) => `${name} ${version}`))];
  return { ...own, basis: { ...basis, converters: converters.join(', ') }, watches };
}

const named = async (tool: MergeTool): Promise<{ name: string; version: string }> => ({
  name: tool.name,
  version: await tool.version(),
});

function mistake(options: JsonObject): Failure | undefined {
  const given = ['merge_direction', 'merge_mode'].find((name) => options[name] !== undefined);
  if (given === undefined) return undefined;
  return failure('unsupported', `\`${given}\` is not honoured by merge on the local backend`, {
    code: 'INVALID_OPTION',
    hint: 'Remove it: pages follow each other in the order of `input`.',
  });
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
  const tool = await chooseTool({ tools, mistake }, request);
  if (!tool.ok) return tool;
  const name = mergedName(request);
  if (!name.ok) return name;
  const notes: string[] = [];
  const beside = new Set<string>();
  const parts: { path: string; name: string }[] = [];
  for (const [index, input] of request.inputs.entries()) {
    const part = await asPdf(input, {
      request,
      context,
      workDir: path.join(context.workDir, `part-${index + 1}`),
      notes,
      beside,
    });
    if (!part.ok) return part;
    parts.push({ path: part.value, name: input.name });
    context.progress(((index + 1) / request.inputs.length) * 60);
  }
  const joined = await join(parts, { context, by: tool.value.join });
  if (!joined.ok) return joined;
  return ok({
    outputs: [{ dir: '', name: name.value, path: joined.value }],
    converter: await named(tool.value),
    ...(beside.size === 0 ? {} : { dependsOn: [...beside] }),
    ...(notes.length === 0 ? {} : { message: notes.join('. ') }),
  });
}

interface Part {
  readonly path: string;
  readonly name: string;
}

/** qpdf puts the pages together with their forms and links; what belongs to a file as a whole comes after. */
async function join(
  parts: readonly Part[],
  { context, by }: { readonly context: OperationContext; readonly by: QpdfRun },
): Promise<Result<string, Failure>> {
  const { signal } = context;
  const workDir = path.join(context.workDir, 'join');
  await mkdir(workDir);
  const about = parts.length === 1 ? (parts[0]?.name ?? '') : `${parts.length} files`;
  const inputs = parts.map((part) => part.path);
  const ran = await by({ job: mergeJob(parts.length), inputs, workDir, signal, options: {}, about });
  if (!ran.ok) return ran;
  // qpdf names the file that it stumbled over, by our name for it.
  const culprit = parts[Number(/input-(\d+)\.pdf/.exec(ran.value.said)?.[1] ?? 1) - 1];
  const bad = qpdfFailure(ran.value, { name: culprit?.name ?? about, options: {}, hasPassword: false });
  if (bad !== undefined) return err(bad);
  context.progress(80);
  const outputPath = path.join(context.workDir, 'merged');
  const job = {
    type: 'join-outlines',
    path: path.join(workDir, 'merged.pdf'),
    name: about,
    inputs: parts.map((part) => ({ ...part, title: stemOf(part.name) })),
    outputPath,
  };
  const answer = await runInHost({ host: 'pdf-lib', job, signal, about });
  return answer.ok ? ok(outputPath) : answer;
}

/** Pure. */
export function mergeJob(count: number): JsonObject {
  const pages = Array.from({ length: count }, (_, index) => ({ file: `input-${index + 1}.pdf` }));
  return { empty: '', pages, outputFile: 'merged.pdf', deterministicId: '' };
}

async function asPdf(
  input: Artifact,
  about: {
    readonly request: ActionRequest;
    readonly context: OperationContext;
    readonly workDir: string;
    readonly notes: string[];
    readonly beside: Set<string>;
  },
): Promise<Result<string, Failure>> {
  const { request, context, workDir } = about;
  const way = await wayToPdf(input, request);
  if (!way.ok) return way;
  const from = formatOf(input, request);
  const wrong = wrongFormat(from, await readStart(input.path), input.name);
  if (wrong !== undefined) return err(wrong);
  if (way.value === undefined) {
    return (await hasEnd(input.path)) ? ok(input.path) : err(brokenPdf(input.name, 'its end is missing'));
  }
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
    dateMs: outputDateMs(),
    signal: context.signal,
    progress: () => {},
    alsoRead: (paths) => addReads(about.beside, paths, context),
    note: (text) => void about.notes.push(`${input.name}: ${text}`),
  });
  if (!made.ok) return made;
  const [pdf] = made.value;
  return pdf === undefined
    ? err(failure('converter-failed', `${way.value.name} made no PDF of ${JSON.stringify(input.name)}`))
    : ok(pdf.path);
}
