/** Why no converter was found, and what to do: another engine, an installation, another format, CloudConvert. It chooses none. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import { cloudConvertTargets, didYouMean, isKnownFormat } from '@pipeline/schema';
import { converters, isMet } from '../converter-table.ts';
import type { Converter } from '../converters/converter.ts';
import { formatLabel } from '../files/magic.ts';
import { convertersFor, localConversions } from './conversions.ts';
import { needsHint } from './needs.ts';
import { isEngine, unhonoured } from './route-request.ts';
import type { RouteRequest } from './route-request.ts';

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

export function wrongEngine(
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
export function notInstalled(able: readonly Converter[], { from, to, name }: RouteRequest): Failure {
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

export function noSuchVersion(
  versioned: readonly { readonly converter: Converter; readonly version: string }[],
  { engine }: RouteRequest,
  wanted: string,
): Failure {
  const there = versioned
    .slice(0, 5)
    .map(({ converter, version }) => `${converter.name} ${version}`)
    .join(', ');
  const isStandIn = engine !== undefined && versioned.every(({ converter: { name } }) => name !== engine);
  const message = isStandIn
    ? `${engine} ${wanted} is not here: ${there} does its work on the local backend`
    : `No installed engine has the version ${wanted}: there is ${there}`;
  return failure('unsupported', message, {
    code: 'INVALID_OPTION',
    hint: 'Leave `engine_version` out, give a version that is here, or set `runs_on: cloudconvert`.',
  });
}

export function notHonoured(
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

export function noConverter({ from, to, name }: RouteRequest): Failure {
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
