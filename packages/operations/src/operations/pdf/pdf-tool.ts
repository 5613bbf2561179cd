/**
 * What all operations on PDF files share: one file in, a choice among the tools that are here (a program, a library),
 * and files out. It knows names, versions and absence of tools, not what any of them does.
 */
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ActionRequest, Failure, Operation, OperationContext, OperationResult } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { isInstalled, isMet } from '../../converter-table.ts';
import { madeBy } from '../../basis/made-by.ts';
import type { Need, Uses } from '../../converters/converter.ts';
import { satisfiesVersion } from '../../routes/engine-version.ts';
import { readStart, wrongFormat } from '../../files/magic.ts';
import { outputDateMs } from '../../files/output-date.ts';
import { nameOf, outputName } from '../../files/output-name.ts';
import { onlyInput } from '../picture-input.ts';
import { textOption } from '../../read-options.ts';
import { needsHint } from '../../routes/needs.ts';
import { brokenPdf } from '../../converters/pdf/pdf-failures.ts';

/** One way to do an operation. */
export interface PdfTool {
  /** What `engine:` takes. */
  readonly name: string;
  readonly standsFor: readonly string[];
  readonly needs: readonly Need[];
  readonly version: () => Promise<string>;
  /** As of converters. */
  readonly uses?: Uses;
  /** An option that this tool cannot honour; undefined: it does all that is asked. */
  readonly refuses?: (options: JsonObject) => Failure | undefined;
  readonly run: (work: PdfWork) => Promise<Result<PdfMade, Failure>>;
}

export interface PdfWork {
  /** Absolute; a file that begins as a PDF does. */
  readonly inputPath: string;
  readonly inputName: string;
  readonly options: JsonObject;
  /** Files of file-valued options. */
  readonly fileInputs: ActionRequest['fileInputs'];
  /** New and empty. */
  readonly workDir: string;
  /** For dates inside outputs: ms since the epoch. */
  readonly dateMs: number;
  readonly signal: AbortSignal;
  readonly progress: (percent: number | null) => void;
}

export interface PdfMade {
  /** Absolute paths, in the order of their numbers. */
  readonly files: readonly string[];
  readonly message?: string;
}

export interface PdfOperation {
  /** The best first. */
  readonly tools: readonly [PdfTool, ...PdfTool[]];
  /** A mistake in the options that no tool could honour. */
  readonly mistake?: (options: JsonObject) => Failure | undefined;
  /** Several files come out, and only the run tells how many. */
  readonly isPlural?: boolean;
}

export function pdfOperation(operation: PdfOperation): Operation {
  return {
    plan: async (request) => {
      const name = givenName(request);
      if (!name.ok) return name;
      const tool = await chooseTool(operation, request);
      if (!tool.ok) return tool;
      const made = await madeBy(tool.value, { from: 'pdf', to: 'pdf', options: request.options });
      if (operation.isPlural === true) return ok(made);
      const outputs = [{ dir: onlyInput(request).dir, name: nameOf(name.value, { number: 1, count: 1 }) }];
      return ok({ ...made, outputs });
    },
    run: (request, context) => run(operation, { request, context }),
  };
}

const givenName = (request: ActionRequest): Result<string, Failure> =>
  outputName(onlyInput(request).name, { ...request.options, output_format: null });

async function run(
  operation: PdfOperation,
  { request, context }: { readonly request: ActionRequest; readonly context: OperationContext },
): Promise<Result<OperationResult, Failure>> {
  const input = onlyInput(request);
  const name = givenName(request);
  if (!name.ok) return name;
  const tool = await chooseTool(operation, request);
  if (!tool.ok) return tool;
  const wrong = wrongFormat('pdf', await readStart(input.path), input.name);
  if (wrong !== undefined) return err(wrong);
  if (!(await hasEnd(input.path))) return err(brokenPdf(input.name, 'its end is missing'));
  const { workDir, signal, progress } = context;
  const made = await tool.value.run({
    inputPath: input.path,
    inputName: input.name,
    options: request.options,
    fileInputs: request.fileInputs,
    workDir,
    dateMs: outputDateMs(),
    signal,
    progress,
  });
  if (!made.ok) return made;
  const { files, message } = made.value;
  const outputs = files.map((file, index) => ({
    dir: input.dir,
    name: nameOf(name.value, {
      number: index + 1,
      count: operation.isPlural === true && files.length === 1 ? 1 : files.length,
    }),
    path: path.resolve(workDir, file),
  }));
  const converter = { name: tool.value.name, version: await tool.value.version() };
  return ok({ outputs, converter, ...(message === undefined ? {} : { message }) });
}

/** Enough for whatever mail programs put behind the end of a PDF. */
const endBytes = 65_536;

/** Readers mend a file that was cut off, and lose what was in the rest without a word. */
export async function hasEnd(file: string): Promise<boolean> {
  const { size } = await stat(file);
  const handle = await open(file);
  try {
    const length = Math.min(size, endBytes);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.includes('startxref');
  } finally {
    await handle.close();
  }
}

/** The best tool that is here, is the engine asked for, in the version asked for, and honours the options. */
export async function chooseTool<Tool extends Omit<PdfTool, 'run'>>(
  { tools, mistake }: { readonly tools: readonly Tool[]; readonly mistake?: PdfOperation['mistake'] },
  { task, options }: Pick<ActionRequest, 'task' | 'options'>,
): Promise<Result<Tool, Failure>> {
  const wrong = mistake?.(options);
  if (wrong !== undefined) return err(wrong);
  const engine = textOption(options, 'engine');
  const able = engine === undefined ? tools : tools.filter((tool) => isEngine(tool, engine));
  const [best] = able;
  if (best === undefined) return err(otherEngine(engine ?? '', { operation: task.operation, tools }));
  const here = able.filter(isInstalled);
  if (here.length === 0) return err(notInstalled(best, task.operation));
  const versioned = await ofVersion(here, options, task.operation);
  if (!versioned.ok) return versioned;
  const willing = versioned.value.find((tool) => tool.refuses?.(options) === undefined);
  if (willing !== undefined) return ok(willing);
  const absent = able.find((tool) => !isInstalled(tool) && tool.refuses?.(options) === undefined);
  if (absent !== undefined) return err(notInstalled(absent, task.operation));
  return err(versioned.value[0]?.refuses?.(options) ?? notInstalled(best, task.operation));
}

type AnyTool = Omit<PdfTool, 'run'>;

const isEngine = (tool: AnyTool, engine: string): boolean =>
  tool.name === engine || tool.standsFor.includes(engine);

async function ofVersion<Tool extends AnyTool>(
  tools: readonly Tool[],
  options: JsonObject,
  operation: string,
): Promise<Result<readonly Tool[], Failure>> {
  const wanted = textOption(options, 'engine_version');
  if (wanted === undefined) return ok(tools);
  const engine = textOption(options, 'engine');
  const versions = await Promise.all(tools.map((tool) => tool.version()));
  const fitting = tools.filter(
    (tool, index) =>
      // The version of a stand-in says nothing about the engine that was named.
      (engine === undefined || tool.name === engine) &&
      satisfiesVersion(versions[index] ?? '', wanted) === true,
  );
  if (fitting.length > 0) return ok(fitting);
  const there = tools.map((tool, index) => `${tool.name} ${versions[index]}`).join(', ');
  return err(
    failure('unsupported', `engine_version ${wanted} is not here: ${operation} is done by ${there}`, {
      code: 'INVALID_OPTION',
      hint: 'Leave `engine_version` out, or give one that is here.',
    }),
  );
}

function otherEngine(
  engine: string,
  { operation, tools }: { readonly operation: string; readonly tools: readonly AnyTool[] },
): Failure {
  const names = [...new Set(tools.map(({ name }) => name))].join(' or ');
  return failure('unsupported', `The engine "${engine}" does not do ${operation} on the local backend`, {
    code: 'INVALID_OPTION',
    hint: `Leave \`engine\` out: ${names} does it.`,
  });
}

function notInstalled(tool: AnyTool, operation: string): Failure {
  const lacking = tool.needs.filter((need) => !isMet(need));
  const what = lacking.map(({ name }) => name).join(' and ');
  return failure(
    'converter-missing',
    `${tool.name} would do this ${operation}, but ${what} is not installed`,
    {
      hint: needsHint(lacking),
    },
  );
}
