/**
 * What the operations on single pictures share: their one input, and the answers to a format that they do not take and
 * to an `engine` that does not do their work.
 */
import type { ActionRequest, Artifact, Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import { canonicalFormat } from '@pipeline/schema';
import { satisfiesVersion } from '../routes/engine-version.ts';
import { textOption } from '../read-options.ts';

/** The engine gives these operations one file at a time. */
export function onlyInput(request: ActionRequest): Artifact {
  const [input] = request.inputs;
  if (input === undefined) throw new Error(`${request.address} has no input file`);
  return input;
}

/** `input_format`, else what the name says. */
export function inputFormat(request: ActionRequest): string {
  const given = request.options['input_format'];
  return typeof given === 'string' ? canonicalFormat(given) : onlyInput(request).format;
}

export function unsupportedFormat(
  operation: string,
  given: { readonly input: Artifact; readonly format: string; readonly known: readonly string[] },
): Failure {
  const shown = given.format === '' ? 'a file without a format in its name' : given.format;
  const known = given.known.join(', ');
  return failure('unsupported', `${operation} does not take ${shown}: "${given.input.name}".`, {
    hint: `It takes ${known} on the local backend; convert the file to one of them first.`,
  });
}

/** Undefined: the task names no engine, or the one that does the work, in a version that is here. */
export function wrongEngine(
  { task, options }: ActionRequest,
  converter: { readonly name: string; readonly version: string; readonly standsFor?: readonly string[] },
): Failure | undefined {
  const { name, version, standsFor = [] } = converter;
  const invalid = { code: 'INVALID_OPTION' };
  const engine = textOption(options, 'engine');
  if (engine !== undefined && engine !== name && !standsFor.includes(engine)) {
    const message = `The engine "${engine}" does not do ${task.operation} for this file on the local backend`;
    return failure('unsupported', message, { ...invalid, hint: `Leave \`engine\` out: ${name} does it.` });
  }
  const wanted = textOption(options, 'engine_version');
  const isStandIn = engine !== undefined && engine !== name;
  if (wanted === undefined || (!isStandIn && satisfiesVersion(version, wanted) === true)) return undefined;
  const message = `engine_version ${wanted} is not here: ${task.operation} is done by ${name} ${version}`;
  return failure('unsupported', message, { ...invalid, hint: 'Leave `engine_version` out.' });
}
