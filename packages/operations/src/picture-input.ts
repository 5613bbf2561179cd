/** What the operations on single pictures share: their one input, and the answer to a format that they do not take. */
import type { ActionRequest, Artifact, Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import { canonicalFormat } from '@pipeline/schema';

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
