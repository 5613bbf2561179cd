/** What the thumbnails of everything but video share: the box, the name, and no option that is for video. */
import type { ActionRequest, Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { canonicalFormat, err, ok } from '@pipeline/schema';
import { nameOf, outputName } from '../files/output-name.ts';
import { onlyInput } from './picture-input.ts';

/** Without `width` and `height`: a box that suits an index page. */
const defaultBox: JsonObject = { width: 512, height: 512 };

export interface StillOutput {
  readonly name: string;
  readonly to: string;
}

export function stillOutput(request: ActionRequest): Result<StillOutput, Failure> {
  const input = onlyInput(request);
  const { timestamp, count, output_format: output } = request.options;
  if (timestamp !== undefined || (typeof count === 'number' && count > 1)) {
    const option = timestamp === undefined ? 'count' : 'timestamp';
    const message = `"${option}" is for video, and "${input.name}" is none.`;
    return err(failure('unsupported', message, { code: 'INVALID_OPTION', hint: `Leave "${option}" away.` }));
  }
  const name = outputName(input.name, request.options);
  if (!name.ok) return name;
  return ok({
    name: nameOf(name.value, { number: 1, count: 1 }),
    to: canonicalFormat(typeof output === 'string' ? output : ''),
  });
}

/** A thumbnail is for looking at: it carries no metadata. */
export function boxOptions({ width, height, fit }: JsonObject): JsonObject {
  const box = width === undefined && height === undefined ? defaultBox : {};
  return {
    ...box,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(fit === undefined ? {} : { fit }),
    strip: true,
  };
}
