/** The converters of the local backend, asked the three questions of `pipeline formats`. Plain data, ready for JSON. */
import {
  type Converter,
  converters,
  convertersFor,
  isInstalled,
  localConversions,
} from '@pipeline/operations';
import { type JsonValue, type OptionSpec, cloudConvertTargets, operationSpecs } from '@pipeline/schema';

export interface ConverterSummary {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly kind: Converter['kind'];
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export interface Target {
  readonly to: string;
  /** The one that is taken first; `engine:` asks for another. */
  readonly converters: readonly ConverterUse[];
}

export interface ConverterUse {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly kind: Converter['kind'];
  /** CloudConvert engine names that mean this converter too. */
  readonly engines: readonly string[];
  readonly note?: string;
  readonly options: readonly OptionUse[];
}

export interface OptionUse {
  readonly name: string;
  readonly description: string;
  readonly choices?: JsonValue;
  readonly default?: JsonValue;
}

export function allConverters(): Promise<readonly ConverterSummary[]> {
  return Promise.all(
    converters.filter(isInstalled).map(async ({ name, version, license, kind, pairs }) => ({
      name,
      version: await version(),
      license,
      kind,
      from: Object.keys(pairs).sort(),
      to: [...new Set(Object.values(pairs).flat())].sort(),
    })),
  );
}

/** What a file of this (canonical) format can become here, by name. */
export async function targetsOf(from: string): Promise<readonly Target[]> {
  const targets = await Promise.all(
    [...localConversions.targets(from)]
      .sort()
      .map(async (to) => ({ to, converters: await usesFor(from, to) })),
  );
  return targets.filter((target) => target.converters.length > 0);
}

/** Best first; empty when no converter here does it. */
export function usesFor(from: string, to: string): Promise<readonly ConverterUse[]> {
  const here = convertersFor(from, to).filter(isInstalled);
  return Promise.all(here.map((converter) => useOf(converter, from, to)));
}

/** It is no task for this machine, but CloudConvert does it. */
export function isRemote(from: string, to: string): boolean {
  return cloudConvertTargets(from).includes(to);
}

async function useOf(converter: Converter, from: string, to: string): Promise<ConverterUse> {
  const { name, version, license, kind, standsFor } = converter;
  const note = converter.note?.(from, to);
  const options = converter.options(from, to).map((option) => optionUse(option, specs[option]));
  return {
    name,
    version: await version(),
    license,
    kind,
    engines: standsFor,
    ...(note === undefined ? {} : { note }),
    options,
  };
}

const specs: Readonly<Record<string, OptionSpec>> = operationSpecs.convert.options;

function optionUse(name: string, spec: OptionSpec | undefined): OptionUse {
  const choices = spec?.schema['enum'];
  return {
    name,
    description: spec?.schema.description ?? '',
    ...(choices === undefined ? {} : { choices }),
    ...(spec?.default === undefined ? {} : { default: spec.default }),
  };
}
