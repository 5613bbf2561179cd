/**
 * `optimize`: the same format with fewer bytes; a file that cannot be made smaller passes as it is. It knows which
 * host does which format, not how.
 */
import type { ActionRequest, Failure, Operation, OperationContext, OperationResult } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { madeBy } from '../basis/made-by.ts';
import type { Maker } from '../basis/made-by.ts';
import { outputFiles, sharp, sharpVersion } from '../converters/pictures/sharp.ts';
import { svgoVersion } from '../converters/pictures/svgo.ts';
import { runInHost } from '../host/host-pool.ts';
import type { HostName } from '../host/protocol.ts';
import { inputFormat, onlyInput, unsupportedFormat, wrongEngine } from './picture-input.ts';
import { nameOf, outputName } from '../files/output-name.ts';

interface Optimizer {
  readonly host: HostName;
  readonly version: string;
  /** CloudConvert's engines whose work it does. */
  readonly standsFor?: readonly string[];
  readonly options: readonly string[];
}

const bySharp: Optimizer = {
  host: 'sharp',
  version: sharpVersion,
  standsFor: sharp.standsFor,
  options: ['quality'],
};
const optimizers: Readonly<Record<string, Optimizer>> = {
  jpg: bySharp,
  png: bySharp,
  webp: bySharp,
  gif: bySharp,
  svg: { host: 'svgo', version: svgoVersion, options: [] },
};

const makerOf = ({ host, version }: Optimizer): Maker => ({
  name: host,
  version: async () => version,
  needs: [],
  ...(host === 'sharp' ? { uses: () => [{ type: 'libvips' }] } : {}),
});

interface Plan {
  readonly optimizer: Optimizer;
  readonly format: string;
  readonly name: string;
}

export const optimize: Operation = {
  plan: async (request, context) => {
    if (isPdf(request)) return (await pdf()).plan(request, context);
    const plan = planOf(request);
    if (!plan.ok) return plan;
    const { optimizer, name } = plan.value;
    const outputs = [{ dir: onlyInput(request).dir, name }];
    return ok({ ...(await madeBy(makerOf(optimizer))), outputs });
  },
  run: async (request, context) => {
    if (isPdf(request)) return (await pdf()).run(request, context);
    const plan = planOf(request);
    return plan.ok ? run(request, { plan: plan.value, context }) : plan;
  },
};

const isPdf = (request: ActionRequest): boolean => inputFormat(request) === 'pdf';
const pdf = async (): Promise<Operation> => (await import('./optimize-pdf.ts')).optimizePdf;

function planOf(request: ActionRequest): Result<Plan, Failure> {
  const input = onlyInput(request);
  const format = inputFormat(request);
  const optimizer = Object.hasOwn(optimizers, format) ? optimizers[format] : undefined;
  if (optimizer === undefined)
    return err(unsupportedFormat('optimize', { input, format, known: [...Object.keys(optimizers), 'pdf'] }));
  const wrong = wrongEngine(request, { ...optimizer, name: optimizer.host });
  if (wrong !== undefined) return err(wrong);
  if (request.options['quality'] !== undefined && !optimizer.options.includes('quality')) {
    const message = `"quality" does not apply to ${format.toUpperCase()}, as in "${input.name}".`;
    return err(
      failure('unsupported', message, { code: 'INVALID_OPTION', hint: 'Leave it away for these files.' }),
    );
  }
  const name = outputName(input.name, { ...request.options, output_format: null });
  return name.ok ? ok({ optimizer, format, name: nameOf(name.value, { number: 1, count: 1 }) }) : name;
}

async function run(
  request: ActionRequest,
  given: { readonly plan: Plan; readonly context: OperationContext },
): Promise<Result<OperationResult, Failure>> {
  const { plan, context } = given;
  const input = onlyInput(request);
  const answer = await runInHost({
    host: plan.optimizer.host,
    job: {
      type: 'optimize',
      inputPath: input.path,
      inputName: input.name,
      format: plan.format,
      outputDir: context.workDir,
      outputName: plan.name,
      options: request.options,
    },
    signal: context.signal,
    progress: context.progress,
    about: input.name,
  });
  if (!answer.ok) return answer;
  const outputs = outputFiles(answer.value, { dir: input.dir, workDir: context.workDir });
  return ok({ outputs, message: reduction(answer.value) });
}

/** In CloudConvert's words. */
export function reduction(answer: JsonObject): string {
  const { bytesBefore, bytesAfter } = answer;
  if (typeof bytesBefore !== 'number' || typeof bytesAfter !== 'number' || bytesAfter >= bytesBefore) {
    return 'File is as small as it gets and was left as it is';
  }
  const percent = (100 * (bytesBefore - bytesAfter)) / bytesBefore;
  return percent < 1 ? 'File size reduced by less than 1%' : `File size reduced by ${Math.floor(percent)}%`;
}
