/** What is asked of a converter, and whether one answers to it. Pure. */
import type { JsonObject } from '@pipeline/schema';
import { operationSpecs } from '@pipeline/schema';
import type { Converter } from '../converters/converter.ts';

export interface RouteRequest {
  /** Canonical. */
  readonly from: string;
  readonly to: string;
  /** What messages call the file. */
  readonly name?: string;
  readonly options: JsonObject;
  readonly engine?: string;
  readonly engineVersion?: string;
  /** Which converters are there; default: those that are installed. */
  readonly isThere?: (converter: Converter) => boolean;
}

/** Options that every conversion honours, or that the engine itself takes care of. */
const generalOptions: ReadonlySet<string> = new Set([
  'operation',
  'input',
  'output_format',
  'input_format',
  'filename',
  'engine',
  'engine_version',
  'timeout',
]);

/** The options that ask for something: not the general ones, and none that only repeats its default. */
export function givenOptions(options: JsonObject): readonly string[] {
  const specs = operationSpecs.convert.options;
  return Object.entries(options)
    .filter(
      ([name, value]) =>
        !generalOptions.has(name) &&
        value !== null &&
        JSON.stringify(value) !== JSON.stringify(specs[name]?.default),
    )
    .map(([name]) => name);
}

/** The engine itself, or one that does the work of the one that is meant. */
export const isEngine = (converter: Converter, engine: string): boolean =>
  converter.name === engine || converter.standsFor.includes(engine);

/** The options given that the converter does not honour for the pair. */
export const unhonoured = (
  converter: Converter,
  { from, to }: RouteRequest,
  given: readonly string[],
): readonly string[] => {
  const honoured = converter.options(from, to);
  return given.filter((name) => !honoured.includes(name));
};
