/**
 * `archive/extract`: every file of an archive flows on, in its folder below that of the archive. It finds who unpacks it
 * and judges what came out; how it is unpacked, only the unpackers know.
 */
import path from 'node:path';
import type { ActionPlan, ActionRequest, Failure, Operation, OperationContext } from '@pipeline/engine';
import type { OperationResult } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { madeBy } from '../basis/made-by.ts';
import { contentDir } from '../converters/archives/seven-zip-formats.ts';
import { unpackedFiles } from '../converters/archives/unpacked-files.ts';
import type { Unpacker } from '../converters/archives/unpackers.ts';
import { satisfiesVersion } from '../routes/engine-version.ts';
import { readStart, wrongFormat } from '../files/magic.ts';
import { inputFormat, onlyInput } from './picture-input.ts';
import { nameOf, outputName } from '../files/output-name.ts';
import { textOption } from '../read-options.ts';
import { findUnpacker } from '../unpacker-table.ts';

export const archiveExtract: Operation = { plan, run };

async function plan(request: ActionRequest): Promise<Result<ActionPlan, Failure>> {
  const input = onlyInput(request);
  const name = outputName(input.name, request.options);
  if (!name.ok) return name;
  // A file that is not made yet may still get a name that tells its format.
  if (input.path === '' && inputFormat(request) === '') return ok({});
  const found = await chosen(request);
  return found.ok ? ok(await madeBy(found.value.unpacker)) : found;
}

interface Chosen {
  readonly unpacker: Unpacker;
  readonly converter: { readonly name: string; readonly version: string };
}

async function chosen(request: ActionRequest): Promise<Result<Chosen, Failure>> {
  const { options } = request;
  const found = findUnpacker({
    format: inputFormat(request),
    name: onlyInput(request).name,
    engine: textOption(options, 'engine'),
    hasPassword: textOption(options, 'password') !== undefined,
  });
  if (!found.ok) return found;
  const { name } = found.value;
  const version = await found.value.version();
  const wanted = textOption(options, 'engine_version');
  if (wanted === undefined || satisfiesVersion(version, wanted) === true) {
    return ok({ unpacker: found.value, converter: { name, version } });
  }
  return err(
    failure('unsupported', `engine_version ${wanted} is not here: it is unpacked by ${name} ${version}`, {
      code: 'INVALID_OPTION',
      hint: 'Leave `engine_version` out.',
    }),
  );
}

async function run(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const input = onlyInput(request);
  const found = await chosen(request);
  if (!found.ok) return found;
  const { unpacker, converter } = found.value;
  const from = inputFormat(request);
  const wrong = wrongFormat(from, await readStart(input.path), input.name);
  if (wrong !== undefined) return err(wrong);
  const unpacked = await unpacker.unpack({
    inputPath: input.path,
    inputName: input.name,
    from,
    password: textOption(request.options, 'password'),
    workDir: context.workDir,
    signal: context.signal,
    progress: context.progress,
  });
  if (!unpacked.ok) return unpacked;
  const content = path.join(context.workDir, contentDir);
  const files = await unpackedFiles(content, input.name);
  if (!files.ok) return files;
  const { links, files: entries } = files.value;
  const filename = textOption(request.options, 'filename');
  return ok({
    outputs: entries.map((file, index) => ({
      dir: path.posix.join(input.dir, placeOf(file)),
      // Without the option, the files keep the names that they have in the archive.
      name:
        filename === undefined
          ? path.posix.basename(file)
          : nameOf(filename, { number: index + 1, count: entries.length }),
      path: path.join(content, file),
    })),
    converter,
    ...(links.length === 0 ? {} : { message: `Left out, as links do not flow on: ${links.join(', ')}` }),
  });
}

const placeOf = (file: string): string => {
  const dir = path.posix.dirname(file);
  return dir === '.' ? '' : dir;
};
