/**
 * `metadata` reads what a file says about itself into the result of the task, and hands the file on; `metadata/write`
 * makes a new file that says something else. It chooses the tool; what a tag is called where, only the tools know.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ActionPlan, ActionRequest, Failure, Operation, OperationContext } from '@pipeline/engine';
import type { OperationResult } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { madeBy } from '../basis/made-by.ts';
import { firstBadOutput } from '../files/check-output.ts';
import { formatLabel, readStart, wrongFormat } from '../files/magic.ts';
import { nameOf, outputName } from '../files/output-name.ts';
import { inputFormat, onlyInput, wrongEngine } from './picture-input.ts';
import { needsHint } from '../routes/needs.ts';
import { textOption } from '../read-options.ts';
import { documentProperties, pdfProperties, pictureTags } from '../converters/metadata/embedded-metadata.ts';
import { exiftool } from '../converters/metadata/exiftool.ts';
import { ffmpegTags } from '../converters/metadata/ffmpeg-tags.ts';
import type { Metadata, MetadataTool } from '../converters/metadata/metadata-tool.ts';

export const metadata: Operation = { plan: (request) => plan(request, 'read'), run: runRead };
export const metadataWrite: Operation = { plan: (request) => plan(request, 'write'), run: runWrite };

type Way = 'read' | 'write';

/** The best first: ExifTool tells most of a picture or PDF, but of an office file nothing where a module of Perl is missing. */
const readers: readonly MetadataTool[] = [
  documentProperties,
  exiftool,
  ffmpegTags,
  pdfProperties,
  pictureTags,
];
const writers: readonly MetadataTool[] = [documentProperties, ffmpegTags, exiftool, pdfProperties];

interface Chosen {
  readonly tool: MetadataTool;
  readonly converter: { readonly name: string; readonly version: string };
}

async function plan(request: ActionRequest, way: Way): Promise<Result<ActionPlan, Failure>> {
  const input = onlyInput(request);
  if (input.path === '' && inputFormat(request) === '') return ok({});
  const chosen = await chooseTool(request, way);
  if (!chosen.ok) return chosen;
  const name = newName(request);
  if (!name.ok) return name;
  return ok({ ...(await madeBy(chosen.value.tool)), outputs: [{ dir: input.dir, name: name.value }] });
}

function newName({ inputs, options }: ActionRequest): Result<string, Failure> {
  const name = outputName(inputs[0]?.name ?? '', { ...options, output_format: null });
  return name.ok ? ok(nameOf(name.value, { number: 1, count: 1 })) : name;
}

async function chooseTool(request: ActionRequest, way: Way): Promise<Result<Chosen, Failure>> {
  const format = inputFormat(request);
  const able = (way === 'read' ? readers : writers).filter((tool) => can(tool, format, way));
  const engine = textOption(request.options, 'engine');
  const asked = able.filter(({ name }) => engine === undefined || name === engine);
  const tool = asked.find((each) => each.isThere());
  if (tool === undefined) return err(noTool(request, { able, asked, way }));
  const version = await tool.version();
  const wrong = wrongEngine(request, { name: tool.name, version });
  return wrong === undefined ? ok({ tool, converter: { name: tool.name, version } }) : err(wrong);
}

const can = (tool: MetadataTool, format: string, way: Way): boolean =>
  way === 'write' ? tool.writes.has(format) : tool.reads === undefined || tool.reads.has(format);

function noTool(
  request: ActionRequest,
  about: {
    readonly able: readonly MetadataTool[];
    readonly asked: readonly MetadataTool[];
    readonly way: Way;
  },
): Failure {
  const { able, asked, way } = about;
  const format = inputFormat(request);
  const name = JSON.stringify(onlyInput(request).name);
  const what = `metadata of ${format === '' ? 'a file without a format in its name' : formatLabel(format)}`;
  const [missing] = asked;
  if (missing !== undefined) {
    return failure(
      'converter-missing',
      `${name}: ${missing.name} would ${way} ${what}, but it is not installed`,
      {
        hint: needsHint(missing.needs),
      },
    );
  }
  if (able.length > 0) {
    const engine = textOption(request.options, 'engine') ?? '';
    return failure('unsupported', `The engine "${engine}" does not ${way} ${what} here`, {
      code: 'INVALID_OPTION',
      hint: `Leave \`engine\` out, or use: ${able.map((tool) => tool.name).join(', ')}.`,
    });
  }
  return failure('unsupported', `${name}: nothing here can ${way} ${what}`, {
    hint: 'Convert it to a format that holds metadata first, such as pdf, docx, jpg, png or mp3.',
  });
}

async function runRead(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const started = await start(request, 'read', context);
  if (!started.ok) return started;
  const { tool, converter, job } = started.value;
  const found = await tool.read(job);
  if (!found.ok) return found;
  const input = onlyInput(request);
  const copy = path.join(context.workDir, 'same');
  await copyFile(input.path, copy);
  const own = { FileName: input.name, FileSize: input.sizeBytes };
  return ok({
    outputs: [{ dir: input.dir, name: input.name, path: copy }],
    converter,
    result: { metadata: { ...own, ...found.value } },
  });
}

async function runWrite(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const started = await start(request, 'write', context);
  if (!started.ok) return started;
  const name = newName(request);
  if (!name.ok) return name;
  const { tool, converter, job } = started.value;
  const input = onlyInput(request);
  const outputPath = path.join(job.workDir, `output.${job.format}`);
  const written = await tool.write({ ...job, metadata: wanted(request), outputPath });
  if (!written.ok) return written;
  const outputs = [{ dir: input.dir, name: name.value, path: outputPath }];
  const bad = await firstBadOutput(outputs, { to: job.format, converter: tool.name, input: input.name });
  return bad === undefined ? ok({ outputs, converter }) : err(bad);
}

async function start(
  request: ActionRequest,
  way: Way,
  context: OperationContext,
): Promise<Result<Chosen & { readonly job: Parameters<MetadataTool['read']>[0] }, Failure>> {
  const chosen = await chooseTool(request, way);
  if (!chosen.ok) return chosen;
  const input = onlyInput(request);
  const format = inputFormat(request);
  const wrong = wrongFormat(format, await readStart(input.path), input.name);
  if (wrong !== undefined) return err(wrong);
  const workDir = path.join(context.workDir, 'metadata');
  await mkdir(workDir);
  const { signal } = context;
  return ok({
    ...chosen.value,
    job: { inputPath: input.path, inputName: input.name, format, workDir, signal },
  });
}

function wanted({ options }: ActionRequest): Metadata {
  const given = options['metadata'];
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return {};
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
    ),
  );
}
