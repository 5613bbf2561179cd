/**
 * The choice among converters: which one, or which chain of two, turns A into B here, under the options given. Light to
 * load: validation reads it. No converter library is loaded here, and nothing is converted.
 */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Conversions, JsonObject, Result } from '@pipeline/schema';
import { cloudConvertTargets, didYouMean, err, isKnownFormat, ok, operationSpecs } from '@pipeline/schema';
import { converters, isInstalled, isMet } from './converter-table.ts';
import type { Converter, Need } from './converters/converter.ts';
import { detours } from './detours.ts';
import { satisfiesVersion } from './engine-version.ts';
import { formatLabel } from './files/magic.ts';
import { packInstallCommand } from './packs.ts';
import { installCommand } from './programs/find-program.ts';
import { reachedTargets } from './reach.ts';

/** By all converters; only for the formats that are asked for: a pipeline names a few of a hundred. */
const targetsOf = reachedTargets(() => true);

/**
 * What the local backend turns into what, directly or by a chain, whether or not the converter is installed here: a valid
 * pipeline is valid on every machine. A known format always becomes itself: the file passes through.
 */
export const localConversions: Conversions = {
  targets: (from) => {
    const targets = targetsOf(from);
    return (targets.size > 0 || isKnownFormat(from)) && !targets.has(from)
      ? new Set([...targets, from])
      : targets;
  },
};

const byPair = new Map<string, readonly Converter[]>();

/** All converters and chains of two that do a pair, installed or not, the best first. */
export function convertersFor(from: string, to: string): readonly Converter[] {
  const key = `${from} ${to}`;
  const known = byPair.get(key);
  if (known !== undefined) return known;
  const direct = converters.filter(({ pairs }) => pairs[from]?.includes(to) === true);
  const ranked = [...direct, ...detours(from, to, converters)].toSorted(
    (left, right) => right.rank(from, to) - left.rank(from, to),
  );
  // The same converters by way of another format: only the best way counts.
  const names = new Set<string>();
  const all = ranked.filter(({ name }) => !names.has(name) && names.add(name));
  byPair.set(key, all);
  return all;
}

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

/** The best converter that does the pair, is here, is the engine asked for, and honours every option given. */
export async function findConverter(request: RouteRequest): Promise<Result<Converter, Failure>> {
  const able = convertersFor(request.from, request.to);
  if (able.length === 0) return err(noConverter(request));
  const chosen = candidates(able, request);
  if (!chosen.ok) return chosen;
  const versioned = await byVersion(chosen.value, request);
  if (!versioned.ok) return versioned;
  const given = givenOptions(request.options);
  const best = versioned.value.find((converter) => unhonoured(converter, request, given).length === 0);
  return best === undefined ? err(notHonoured(versioned.value, request, given)) : ok(best);
}

/** Those that are here and are the engine asked for, the best first; never empty. */
function candidates(
  able: readonly Converter[],
  request: RouteRequest,
): Result<readonly Converter[], Failure> {
  const isThere = request.isThere ?? isInstalled;
  const here = able.filter(isThere);
  if (request.engine === undefined) return here.length > 0 ? ok(here) : err(notInstalled(able, request));
  return byEngine({ able, here }, request, request.engine);
}

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

const isEngine = (converter: Converter, engine: string): boolean =>
  converter.name === engine || converter.standsFor.includes(engine);

/** The engine itself, else one that does its work: CloudConvert jobs name engines that need not be installed here. */
function byEngine(
  { able, here }: { able: readonly Converter[]; here: readonly Converter[] },
  request: RouteRequest,
  engine: string,
): Result<readonly Converter[], Failure> {
  for (const some of [
    here.filter(({ name }) => name === engine),
    here.filter((one) => isEngine(one, engine)),
  ]) {
    if (some.length > 0) return ok(some);
  }
  const missing = able.filter((converter) => isEngine(converter, engine));
  if (missing.length > 0) return err(notInstalled(missing, request));
  return err(wrongEngine({ able, here }, request, engine));
}

function wrongEngine(
  { able, here }: { able: readonly Converter[]; here: readonly Converter[] },
  { from, to }: RouteRequest,
  engine: string,
): Failure {
  const shown = here.length > 0 ? here : able;
  const names = shown
    .slice(0, 5)
    .map(({ name }) => name)
    .join(', ');
  if (converters.some((converter) => isEngine(converter, engine))) {
    return failure('unsupported', `The engine "${engine}" does not turn ${from} into ${to} here`, {
      hint: `Leave \`engine\` out, or use: ${names}.`,
    });
  }
  if (cloudConvertEngines.includes(engine)) {
    return failure('not-available', `The engine "${engine}" is not on the local backend`, {
      hint: `Leave \`engine\` out to use ${names}, or set \`runs_on: cloudconvert\`.`,
    });
  }
  const known = [...new Set([...converters.map(({ name }) => name), ...cloudConvertEngines])];
  return failure('unsupported', `There is no engine "${engine}"`, {
    code: 'INVALID_OPTION',
    hint: didYouMean(engine, known) ?? `For ${from} to ${to} there is: ${names}.`,
  });
}

/** A converter would do it, were it here: says which one, and what brings it. */
function notInstalled(able: readonly Converter[], { from, to, name }: RouteRequest): Failure {
  const [best] = able;
  const file = name === undefined ? '' : `${JSON.stringify(name)}: `;
  const lacking = (best?.needs ?? []).filter((need) => !isMet(need));
  const what = [...new Set(lacking.map((need) => need.name))].join(' and ');
  return failure(
    'converter-missing',
    `${file}${best?.name ?? ''} turns ${formatLabel(from)} into ${formatLabel(to)}, but ${what} is not installed`,
    { hint: needsHint(lacking) },
  );
}

/** Undefined: everything that it needs is here. */
export function missingNeeds({ name, needs }: Converter): Failure | undefined {
  const lacking = needs.filter((need) => !isMet(need));
  if (lacking.length === 0) return undefined;
  const what = lacking.map((need) => need.name).join(' and ');
  return failure('converter-missing', `${name} does it, but ${what} is not installed`, {
    hint: needsHint(lacking),
  });
}

/** What installs the things that are needed. */
export function needsHint(needs: readonly Need[]): string {
  return `Install it: ${installCommandOf(needs)}. \`pipeline doctor\` shows what else is missing.`;
}

/** The command line that installs them, and more packages of the system; empty when there is none for this machine. */
export function installCommandOf(needs: readonly Need[], systemPackages: readonly string[] = []): string {
  const names = needs.flatMap((need) => (need.type === 'program' ? [need.name] : []));
  const install = installCommand(names, systemPackages);
  const packs = needs.flatMap((need) => (need.type === 'pack' ? [need.name] : []));
  return [
    ...(install === undefined ? [] : [install]),
    ...(packs.length === 0 ? [] : [packInstallCommand(packs)]),
  ].join(' && ');
}

const cloudConvertEngines: readonly string[] = [
  'archivetool',
  'bcl',
  'cadconverter',
  'calibre',
  'chrome',
  'ffmpeg',
  'fontforge',
  'graphicsmagick',
  'imagemagick',
  'inkscape',
  'libreoffice',
  'office',
  'pandoc',
  'pdf2htmlex',
  'poppler',
  'qpdf',
  'uniconvertor',
  'wkhtml',
];

async function byVersion(
  candidates: readonly Converter[],
  request: RouteRequest,
): Promise<Result<readonly Converter[], Failure>> {
  const wanted = request.engineVersion;
  if (wanted === undefined) return ok(candidates);
  const versioned = await Promise.all(
    candidates.map(async (converter) => ({ converter, version: await converter.version() })),
  );
  const matches = versioned.filter(({ version }) => satisfiesVersion(version, wanted) === true);
  if (matches.length > 0) return ok(matches.map(({ converter }) => converter));
  const there = versioned
    .slice(0, 5)
    .map(({ converter, version }) => `${converter.name} ${version}`)
    .join(', ');
  const isStandIn = request.engine !== undefined && candidates.every(({ name }) => name !== request.engine);
  const message = isStandIn
    ? `${request.engine} ${wanted} is not here: ${there} does its work on the local backend`
    : `No installed engine has the version ${wanted}: there is ${there}`;
  return err(
    failure('unsupported', message, {
      code: 'INVALID_OPTION',
      hint: 'Leave `engine_version` out, give a version that is here, or set `runs_on: cloudconvert`.',
    }),
  );
}

const unhonoured = (
  converter: Converter,
  { from, to }: RouteRequest,
  given: readonly string[],
): readonly string[] => {
  const honoured = converter.options(from, to);
  return given.filter((name) => !honoured.includes(name));
};

function notHonoured(
  candidates: readonly Converter[],
  request: RouteRequest,
  given: readonly string[],
): Failure {
  const { from, to } = request;
  const [best] = candidates;
  const missing = best === undefined ? given : unhonoured(best, request, given);
  const names = missing.map((name) => `\`${name}\``).join(', ');
  const other = convertersFor(from, to).find(
    (candidate) => !candidates.includes(candidate) && unhonoured(candidate, request, given).length === 0,
  );
  return failure(
    'unsupported',
    `${best?.name ?? 'No engine'} does not honour ${names} when it turns ${from} into ${to}`,
    { code: 'INVALID_OPTION', hint: otherHint(other, request) ?? honouredHint(best, request) },
  );
}

function otherHint(other: Converter | undefined, request: RouteRequest): string | undefined {
  if (other === undefined) return undefined;
  const lacking = other.needs.filter((need) => !isMet(need));
  const honours = `The engine ${other.name} honours ${request.engine === undefined ? 'them all' : 'it'}`;
  return lacking.length === 0 ? `${honours}.` : `${honours}. ${needsHint(lacking)}`;
}

function honouredHint(best: Converter | undefined, { from, to }: RouteRequest): string {
  const honoured = best?.options(from, to) ?? [];
  const here =
    honoured.length === 0
      ? `${best?.name ?? 'The engine'} takes no options for this conversion.`
      : `Honoured here: ${honoured.join(', ')}.`;
  return `Remove it, or set \`runs_on: cloudconvert\`. ${here}`;
}

function noConverter({ from, to, name }: RouteRequest): Failure {
  const file = name === undefined ? '' : `${JSON.stringify(name)}: `;
  if (from === '') {
    return failure('unsupported', `${file}the name does not tell the format of the file`, {
      hint: 'Set `input_format`.',
    });
  }
  const pair = `${formatLabel(from)} into ${formatLabel(to)}`;
  if (cloudConvertTargets(from).includes(to)) {
    return failure('not-available', `${file}no converter on the local backend turns ${pair} yet`, {
      code: 'CONVERSION_NOT_AVAILABLE',
      hint: `CloudConvert does it: set \`runs_on: cloudconvert\`.${possible(from)}`,
    });
  }
  return failure('unsupported', `${file}nothing turns ${pair}`, {
    hint: isKnownFormat(to)
      ? possible(from).trim() || `There is no converter for ${formatLabel(from)} yet.`
      : (didYouMean(to, localConversions.targets(from)) ?? `There is no format "${to}".`),
  });
}

function possible(from: string): string {
  const targets = [...localConversions.targets(from)].filter((to) => to !== from).sort();
  if (targets.length === 0) return '';
  const shown =
    targets.length > 24
      ? `${targets.slice(0, 24).join(', ')} and ${targets.length - 24} more`
      : targets.join(', ');
  return ` Here, ${from} can become: ${shown}.`;
}
