/**
 * The converters of the local backend, asked the three questions of `pipeline formats`: what is here, what a format can
 * become, and how. Beside what works here and now it says what else would, and what installs it. Plain data, ready for
 * JSON.
 */
import {
  type Converter,
  type Need,
  converters,
  convertersFor,
  installCommandOf,
  isInstalled,
  isMet,
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

/** A converter that is not here. */
export interface MissingConverter {
  readonly name: string;
  readonly license: string;
  readonly kind: Converter['kind'];
  /** Programs and packs that it lacks. */
  readonly needs: readonly string[];
  /** What installs them. */
  readonly install: string;
  /** For a chain: the format between. */
  readonly via?: string;
  readonly note?: string;
}

export interface Target {
  readonly to: string;
  /** The one that is taken first; `engine:` asks for another. */
  readonly converters: readonly ConverterUse[];
}

/** Targets that the same programs or packs would add. */
export interface MissingTargets {
  readonly needs: readonly string[];
  readonly install: string;
  readonly targets: readonly string[];
}

export interface ConverterUse {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly kind: Converter['kind'];
  /** For a chain: the format between. */
  readonly via?: string;
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

/** A chain is its parts. */
const isPart = ({ name }: Converter): boolean => !name.includes('+');

export function allConverters(): Promise<readonly ConverterSummary[]> {
  const here = converters.filter((converter) => isPart(converter) && isInstalled(converter));
  return Promise.all(
    here.map(async ({ name, version, license, kind, pairs }) => ({
      name,
      version: await version(),
      license,
      kind,
      from: Object.keys(pairs).sort(),
      to: [...new Set(Object.values(pairs).flat())].sort(),
    })),
  );
}

export function absentConverters(): readonly MissingConverter[] {
  return converters
    .filter((converter) => isPart(converter) && !isInstalled(converter))
    .map((converter) => missing(converter));
}

/** What a file of this (canonical) format can become here, by name. */
export async function targetsOf(from: string): Promise<readonly Target[]> {
  const targets = await Promise.all(
    targetNames(from).map(async (to) => ({ to, converters: await usesFor(from, to) })),
  );
  return targets.filter((target) => target.converters.length > 0);
}

/** What it could become beyond that, by what is missing; what adds the most comes first. */
export function missingTargets(from: string): readonly MissingTargets[] {
  const groups = new Map<string, { needs: readonly Need[]; targets: string[] }>();
  for (const to of targetNames(from)) {
    const able = convertersFor(from, to);
    const [best] = able;
    if (best === undefined || able.some(isInstalled)) continue;
    // The least to install, and the best of those.
    const [needs = []] = able.map(lacking).toSorted((left, right) => left.length - right.length);
    const key = namesOf(needs).join(' ');
    const group = groups.get(key) ?? { needs, targets: [] };
    group.targets.push(to);
    groups.set(key, group);
  }
  return [...groups.values()]
    .toSorted((left, right) => right.targets.length - left.targets.length)
    .map(({ needs, targets }) => ({ needs: namesOf(needs), install: installCommandOf(needs), targets }));
}

const targetNames = (from: string): readonly string[] => [...localConversions.targets(from)].sort();

/** More ways in a row help nobody to choose. */
const shownChains = 3;

/** Best first; chains only where nothing does it directly. Empty when no converter here does it. */
export function usesFor(from: string, to: string): Promise<readonly ConverterUse[]> {
  const here = directOrChains(convertersFor(from, to).filter(isInstalled));
  return Promise.all(here.map((converter) => useOf(converter, from, to)));
}

/** Direct converters that are not here; where none is here at all, chains too. */
export function missingFor(from: string, to: string): readonly MissingConverter[] {
  const able = convertersFor(from, to);
  const absent = able.filter((converter) => !isInstalled(converter));
  const shown = able.some(isInstalled) ? absent.filter(isDirect) : directOrChains(absent);
  return shown.map((converter) => {
    const note = converter.note?.(from, to);
    return { ...missing(converter), ...(note === undefined ? {} : { note }) };
  });
}

const isDirect = ({ via }: Converter): boolean => via === undefined;

function directOrChains(able: readonly Converter[]): readonly Converter[] {
  const direct = able.filter(isDirect);
  if (direct.length > 0) return direct;
  const seen = new Set<string>();
  return able.filter(({ name }) => !seen.has(name) && seen.add(name)).slice(0, shownChains);
}

function missing(converter: Converter): MissingConverter {
  const { name, license, kind, via } = converter;
  const needs = lacking(converter);
  return {
    name,
    license,
    kind,
    needs: namesOf(needs),
    install: installCommandOf(needs),
    ...(via === undefined ? {} : { via }),
  };
}

/** Each once: both parts of a chain may lack the same. */
function lacking({ needs }: Converter): readonly Need[] {
  const unmet = needs.filter((need) => !isMet(need));
  return unmet.filter((need, index) => unmet.findIndex(({ name }) => name === need.name) === index);
}

/** `the office pack`, so that it is not taken for a program. */
const namesOf = (needs: readonly Need[]): readonly string[] =>
  needs.map(({ type, name }) => (type === 'pack' ? `the ${name} pack` : name));

/** It is no task for this machine, but CloudConvert does it. */
export function isRemote(from: string, to: string): boolean {
  return cloudConvertTargets(from).includes(to);
}

async function useOf(converter: Converter, from: string, to: string): Promise<ConverterUse> {
  const { name, version, license, kind, standsFor, via } = converter;
  const note = converter.note?.(from, to);
  const options = converter.options(from, to).map((option) => optionUse(option, specs[option]));
  return {
    name,
    version: await version(),
    license,
    kind,
    ...(via === undefined ? {} : { via }),
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
