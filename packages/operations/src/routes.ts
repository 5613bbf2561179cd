/**
 * The table of converters, and the choice among them: which one turns A into B under the options given. Light to load:
 * validation reads it. No converter library is loaded here, and nothing is run.
 */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Conversions, JsonObject, Result } from '@pipeline/schema';
import { cloudConvertTargets, didYouMean, err, isKnownFormat, ok, operationSpecs } from '@pipeline/schema';
import type { Converter } from './converters/converter.ts';
import { chain } from './converters/chain.ts';
import { pandoc } from './converters/pandoc.ts';
import { pandocTypst } from './converters/pandoc-typst.ts';
import { pdfium } from './converters/pdfium.ts';
import { sevenZip } from './converters/seven-zip.ts';
import { sharp } from './converters/sharp.ts';
import { tables } from './converters/tables.ts';
import { typst } from './converters/typst.ts';
import { sharpPictures, typstPictures } from './converters/typst-pictures.ts';
import { satisfiesVersion } from './engine-version.ts';
import { formatLabel } from './magic.ts';

/** Spreadsheets that pandoc does not read reach paper as HTML. */
const tablesOnPaper = chain({ first: tables, via: 'html', second: pandocTypst });

/** Documents become pictures of their pages by way of PDF. */
const pictureFormats = ['png', 'jpg', 'webp', 'avif', 'tiff', 'gif'];
const documentPictures = chain({ first: pandocTypst, via: 'pdf', second: pdfium, to: pictureFormats });
const tablePictures = chain({ first: tablesOnPaper, via: 'pdf', second: pdfium, to: pictureFormats });

export const converters: readonly Converter[] = [
  sharp,
  pandoc,
  typst,
  pandocTypst,
  tables,
  tablesOnPaper,
  typstPictures,
  sharpPictures,
  pdfium,
  documentPictures,
  tablePictures,
  sevenZip,
];

/** Only for the formats that are asked for: a pipeline names a few of a hundred. */
const targetsByFormat = new Map<string, ReadonlySet<string>>();

/** What the local backend turns into what. A known format always becomes itself: the file passes through. */
export const localConversions: Conversions = {
  targets: (from) => {
    const known = targetsByFormat.get(from);
    if (known !== undefined) return known;
    const targets = new Set(converters.flatMap(({ pairs }) => pairs[from] ?? []));
    if (targets.size > 0 || isKnownFormat(from)) targets.add(from);
    targetsByFormat.set(from, targets);
    return targets;
  },
};

export interface RouteRequest {
  /** Canonical. */
  readonly from: string;
  readonly to: string;
  /** What messages call the file. */
  readonly name?: string;
  readonly options: JsonObject;
  readonly engine?: string;
  readonly engineVersion?: string;
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

/** The best converter that does the pair, is the engine asked for, and honours every option given. */
export function findConverter(request: RouteRequest): Result<Converter, Failure> {
  const able = converters.filter((converter) => doesPair(converter, request));
  if (able.length === 0) return err(noConverter(request));
  const chosen = request.engine === undefined ? ok(able) : byEngine(able, request, request.engine);
  if (!chosen.ok) return chosen;
  const versioned = byVersion(chosen.value, request);
  if (!versioned.ok) return versioned;
  const given = givenOptions(request.options);
  const honouring = versioned.value.filter((converter) => unhonoured(converter, request, given).length === 0);
  const best = highest(honouring, request);
  return best === undefined ? err(notHonoured(versioned.value, request, given)) : ok(best);
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

const doesPair = (converter: Converter, { from, to }: RouteRequest): boolean =>
  converter.pairs[from]?.includes(to) === true;

const highest = (candidates: readonly Converter[], { from, to }: RouteRequest): Converter | undefined =>
  [...candidates].sort((left, right) => right.rank(from, to) - left.rank(from, to))[0];

const isEngine = (converter: Converter, engine: string): boolean =>
  converter.name === engine || converter.standsFor.includes(engine);

function byEngine(
  able: readonly Converter[],
  request: RouteRequest,
  engine: string,
): Result<readonly Converter[], Failure> {
  const named = able.filter(({ name }) => name === engine);
  if (named.length > 0) return ok(named);
  const standing = able.filter((converter) => isEngine(converter, engine));
  if (standing.length > 0) return ok(standing);
  const names = able.map(({ name }) => name).join(', ');
  if (converters.some((converter) => isEngine(converter, engine))) {
    return err(
      failure('unsupported', `The engine "${engine}" does not turn ${request.from} into ${request.to} here`, {
        hint: `Leave \`engine\` out, or use: ${names}.`,
      }),
    );
  }
  if (cloudConvertEngines.includes(engine)) {
    return err(
      failure('not-available', `The engine "${engine}" is not on the local backend yet`, {
        hint: `Leave \`engine\` out to use ${names}, or set \`runs_on: cloudconvert\`.`,
      }),
    );
  }
  const known = [...new Set([...converters.map(({ name }) => name), ...cloudConvertEngines])];
  return err(
    failure('unsupported', `There is no engine "${engine}"`, {
      code: 'INVALID_OPTION',
      hint: didYouMean(engine, known) ?? `For ${request.from} to ${request.to} there is: ${names}.`,
    }),
  );
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

function byVersion(
  candidates: readonly Converter[],
  request: RouteRequest,
): Result<readonly Converter[], Failure> {
  const wanted = request.engineVersion;
  if (wanted === undefined) return ok(candidates);
  const matches = candidates.filter(({ version }) => satisfiesVersion(version, wanted) === true);
  if (matches.length > 0) return ok(matches);
  const there = candidates.map(({ name, version }) => `${name} ${version}`).join(', ');
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
  const best = highest(candidates, request);
  const missing = best === undefined ? given : unhonoured(best, request, given);
  const names = missing.map((name) => `\`${name}\``).join(', ');
  const others = converters.filter(
    (other) =>
      doesPair(other, request) &&
      !candidates.includes(other) &&
      missing.every((name) => other.options(from, to).includes(name)),
  );
  const honoured = best?.options(from, to) ?? [];
  const hint =
    others.length > 0
      ? `The engine ${others.map(({ name }) => name).join(' or ')} honours it.`
      : `Remove it, or set \`runs_on: cloudconvert\`. ${honoured.length === 0 ? `${best?.name ?? 'The engine'} takes no options for this conversion.` : `Honoured here: ${honoured.join(', ')}.`}`;
  return failure(
    'unsupported',
    `${best?.name ?? 'No engine'} does not honour ${names} when it turns ${from} into ${to}`,
    { code: 'INVALID_OPTION', hint },
  );
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
