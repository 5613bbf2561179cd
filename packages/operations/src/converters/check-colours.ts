/** Colours that a format cannot hold are an error before the run. It knows the names of formats alone. */
import { failure } from '@pipeline/engine';
import type { Converter } from './converter.ts';

/** `cmykOutputs`: formats into which the converter writes the colours of paper. */
export function checkColours(cmykOutputs: ReadonlySet<string>): NonNullable<Converter['check']> {
  return ({ to, options }) => {
    if (options['colorspace'] !== 'CMYK' || cmykOutputs.has(to)) return undefined;
    const message = `colorspace: "CMYK" cannot be stored in ${to.toUpperCase()} here`;
    const hint = `Use "sRGB" or "Gray", or one of these formats: ${[...cmykOutputs].join(', ')}.`;
    return failure('unsupported', message, { code: 'INVALID_OPTION', hint });
  };
}
