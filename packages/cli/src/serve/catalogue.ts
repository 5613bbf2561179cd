/**
 * What `GET /operations` lists: what this machine does here and now, in CloudConvert's words. Conversions come from the
 * table of converters; every other operation is asked what it would do with a file of each format, by the very plan
 * that a task of it would get. Nothing is converted.
 */
import { setImmediate } from 'node:timers/promises';
import type { Backend } from '@pipeline/engine';
import {
  type Converter,
  converters,
  convertersAmong,
  inputFormats,
  isInstalled,
  localConversions,
} from '@pipeline/operations';
import type { JsonObject, OperationName, OperationSpec } from '@pipeline/schema';
import { canonicalFormat, formatKind, formatNames, operationSpecs, optionApplies } from '@pipeline/schema';
import type { CatalogueEntry } from '@pipeline/server';
import { type CatalogueOption, catalogueOption } from './catalogue-option.ts';
import { type Engine, enginePlanned } from './planned-engine.ts';

/** What an owner may turn off is not offered. */
export interface Offer {
  readonly backend: Backend;
  readonly isOffered: (operation: OperationName) => boolean;
}

export async function catalogue({ backend, isOffered }: Offer): Promise<readonly CatalogueEntry[]> {
  const entries: CatalogueEntry[] = [];
  for (const spec of Object.values(operationSpecs)) {
    if (!isOffered(spec.name)) continue;
    if (spec.name === 'convert') entries.push(...(await conversions()));
    else if (spec.role !== 'process')
      entries.push(entryOf({ spec, ...noFormat, options: optionsFor(spec, noFormat) }, itself));
    else entries.push(...(await plannedEntries(backend, spec)));
  }
  return entries;
}

/** Imports and exports: no converter has a part in them. */
const itself: Engine = { name: 'pipeline', version: '1' };

async function conversions(): Promise<readonly CatalogueEntry[]> {
  const engineOf = kept(async ({ name, version }: Converter) => ({ name, version: await version() }));
  const there = converters.filter(isInstalled);
  const entries: CatalogueEntry[] = [];
  for (const from of inputFormats()) {
    for (const to of localConversions.targets(from)) {
      const here = convertersAmong(there, from, to);
      for (const [index, converter] of shown(here).entries()) {
        const options = optionList(converter.options(from, to).join(' '));
        const entry = entryOf({ spec: operationSpecs.convert, from, to, options }, await engineOf(converter));
        entries.push({ ...entry, isAlternative: index > 0 });
      }
    }
    // Tens of thousands of pairs are looked at: others are served between two formats.
    await setImmediate();
  }
  return entries;
}

/** The one that is taken, and those that do it without a detour. */
const shown = (here: readonly Converter[]): readonly Converter[] =>
  here.filter(({ via }, index) => index === 0 || via === undefined);

function optionsFor({ options }: OperationSpec, { from, to }: Pair): readonly CatalogueOption[] {
  const pair = { from: from ?? undefined, to: to ?? undefined };
  return Object.entries(options).flatMap(([name, spec]) =>
    common.has(name) || !optionApplies(spec, pair) ? [] : [catalogueOption(name, spec)],
  );
}

/** By the names of the options: a few lists serve all pairs. */
const optionList = kept((names: string): readonly CatalogueOption[] =>
  names.split(' ').flatMap((name) => {
    const spec = operationSpecs.convert.options[name];
    return spec === undefined || common.has(name) ? [] : [catalogueOption(name, spec)];
  }),
);

function kept<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

async function plannedEntries(backend: Backend, spec: OperationSpec): Promise<readonly CatalogueEntry[]> {
  const operation = await backend.load(spec.name);
  if (operation === undefined) return [];
  const entries: CatalogueEntry[] = [];
  for (const pair of pairsOf(spec)) {
    const engine = await enginePlanned(operation, { spec, ...pair });
    if (engine !== undefined)
      entries.push(entryOf({ spec, ...pair, options: optionsFor(spec, pair) }, engine));
  }
  return entries;
}

interface Pair {
  readonly from: string | null;
  readonly to: string | null;
}

const noFormat: Pair = { from: null, to: null };

function pairsOf(spec: OperationSpec): readonly Pair[] {
  const targets = targetsOf(spec);
  return sourcesOf(spec).flatMap((from) =>
    targets === 'same' ? [{ from, to: from }] : targets.map((to) => ({ from, to })),
  );
}

/** Any number of files of any format go into an archive, and none into a capture: no format is named then. */
function sourcesOf({ name, accepts }: OperationSpec): readonly (string | null)[] {
  if (name === 'archive' || name === 'capture-website' || name === 'command') return [null];
  return knownFormats.filter((format) => {
    const kind = formatKind(format);
    return (
      (accepts?.formats === undefined || accepts.formats.includes(format)) &&
      (accepts?.kinds === undefined || (kind !== undefined && accepts.kinds.includes(kind)))
    );
  });
}

const knownFormats: readonly string[] = [...new Set(formatNames().map(canonicalFormat))].sort();

function targetsOf({ gives, options, name }: OperationSpec): 'same' | readonly (string | null)[] {
  if (name === 'metadata') return [null];
  if (gives === 'same') return 'same';
  if (gives === 'unknown') return [null];
  if (gives !== 'output_format') return [gives.format];
  const formats = options['output_format']?.schema['enum'];
  return Array.isArray(formats) ? formats.filter((format) => typeof format === 'string') : [];
}

/** Options of the entry itself, and what every task takes. */
const common: ReadonlySet<string> = new Set([
  'input_format',
  'output_format',
  'filename',
  'engine',
  'engine_version',
]);

interface Described extends Pair {
  readonly spec: OperationSpec;
  readonly options: readonly CatalogueOption[];
}

function entryOf({ spec, from, to, options }: Described, { name, version }: Engine): CatalogueEntry {
  return {
    operation: spec.name,
    input_format: from,
    output_format: to,
    engine: name,
    credits: 0,
    meta: { group: groupOf(from ?? to) },
    options,
    engine_versions: versionList(version),
    deprecated: false,
    experimental: false,
    isAlternative: false,
  };
}

const versionList = kept((version: string): readonly JsonObject[] => [
  { version, default: true, latest: true, deprecated: false, experimental: false },
]);

/** CloudConvert's groups are our kinds, but for two. */
function groupOf(format: string | null): string {
  const kind = format === null ? undefined : formatKind(format);
  if (kind === 'pdf') return 'document';
  return kind === undefined || kind === 'data' ? 'other' : kind;
}
