/**
 * What a format can become: what CloudConvert converts, and what the backends at hand do. Without any backend the table of
 * CloudConvert is read by kinds of formats, so that nothing is called impossible that some converter may do.
 */
import { cloudConvertTargets } from './cloudconvert-conversions.ts';
import type { Conversions } from './conversions.ts';
import { formatKind, formatNames } from './formats.ts';

/** What people mostly want, the most wanted first. */
export const usualFormats: readonly string[] = [
  'pdf',
  'png',
  'jpg',
  'webp',
  'html',
  'docx',
  'md',
  'txt',
  'mp4',
  'mp3',
  'gif',
  'svg',
  'xlsx',
  'csv',
  'epub',
  'odt',
  'zip',
];

const cloudTargets = new Map<string, ReadonlySet<string>>();

export function canBecome(from: string, to: string, conversions: Conversions | undefined): boolean {
  if (cloudSet(from).has(to)) return true;
  return conversions === undefined ? canKindBecome(from, to) : conversions.has(from, to);
}

/** In the order in which they should be offered to someone who asked for `wanted`. */
export function reachable(
  from: string,
  wanted: string,
  conversions: Conversions | undefined,
): readonly string[] {
  const kind = formatKind(wanted);
  const targets = [...new Set([...cloudSet(from), ...(conversions?.targets(from) ?? [])])].filter(
    (to) => to !== from,
  );
  const rank = (format: string): number => {
    const place = usualFormats.indexOf(format);
    const isNear = kind !== undefined && formatKind(format) === kind;
    return (isNear ? 0 : usualFormats.length + 1) + (place === -1 ? usualFormats.length : place);
  };
  return targets.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en'));
}

function cloudSet(from: string): ReadonlySet<string> {
  const known = cloudTargets.get(from);
  if (known !== undefined) return known;
  const made = new Set(cloudConvertTargets(from));
  cloudTargets.set(from, made);
  return made;
}

let kindPairs: ReadonlySet<string> | undefined;

/** A format of no known kind may become anything. */
function canKindBecome(from: string, to: string): boolean {
  kindPairs ??= new Set(
    formatNames().flatMap((name) => cloudConvertTargets(name).map((target) => pairOfKinds(name, target))),
  );
  return (
    formatKind(from) === undefined || formatKind(to) === undefined || kindPairs.has(pairOfKinds(from, to))
  );
}

const pairOfKinds = (from: string, to: string): string => `${formatKind(from)} ${formatKind(to)}`;
