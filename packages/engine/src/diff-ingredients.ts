/**
 * What is different between two lists of ingredients, in words: why a result that fits one does not fit the other. Pure;
 * it knows the names that `fingerprint.ts` gives, and nothing of where the lists come from.
 */
import { togetherName } from './companions.ts';
import type { Ingredient } from './fingerprint.ts';
import type { Reason } from './reason.ts';

/** The value of an ingredient that is not known yet: it is compared with nothing. */
export const unknownValue = '';

/** Empty: they are the same, as far as both are known. `shown`: what people call the file that lies at this place. */
export function diffIngredients(
  before: readonly Ingredient[],
  after: readonly Ingredient[],
  shown: (place: string) => string = (place) => place,
): readonly Reason[] {
  const [old, now] = [byName(before), byName(after)];
  const names = [...new Set([...now.keys(), ...old.keys()])];
  const all = names.flatMap((name) => changesOf(name, old.get(name) ?? [], now.get(name) ?? []));
  // What changes its neighbours mostly changes the action too: then that is the reason.
  const own = all.filter(({ name }) => name !== togetherName);
  const changes = own.length > 0 ? own : all;
  const renamed = withRenames(changes);
  if (renamed.length > 0) return renamed.map((change) => reasonOf(change, shown));
  return isSameOrder(before, after) ? [] : [{ code: 'input-order', text: 'the order of its files changed' }];
}

interface Change {
  readonly kind: Kind;
  /** What is left of the name without its kind: `quality`, `docs/a.md`. */
  readonly name: string;
  /** Undefined: it was not there, or is not there any more. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

type Kind = 'operation' | 'language' | 'option' | 'verify' | 'converter' | 'file' | 'machine';

function byName(ingredients: readonly Ingredient[]): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const { name, value } of ingredients) {
    const values = map.get(name);
    if (values === undefined) map.set(name, [value]);
    else values.push(value);
  }
  return map;
}

/** Two files of one place have one name. */
function changesOf(name: string, before: readonly string[], after: readonly string[]): readonly Change[] {
  const count = Math.max(before.length, after.length);
  return Array.from({ length: count }, (_, index) => [before[index], after[index]] as const)
    .filter(([old, now]) => old !== now && old !== unknownValue && now !== unknownValue)
    .map(([old, now]) => ({ ...named(name, now ?? old ?? ''), before: old, after: now }));
}

const prefixes: Readonly<Record<string, Kind>> = { option: 'option', verify: 'verify', input: 'file' };

function named(name: string, value: string): Pick<Change, 'kind' | 'name'> {
  if (name === 'operation' || name === 'language' || name === 'converter') return { kind: name, name };
  const space = name.indexOf(' ');
  const kind = prefixes[name.slice(0, Math.max(0, space))];
  if (kind !== undefined) return { kind, name: name.slice(space + 1) };
  // A file of an option: `image logo.png`.
  return space > 0 && isHash(value)
    ? { kind: 'file', name: name.slice(space + 1) }
    : { kind: 'machine', name };
}

const isHash = (value: string): boolean => /^[0-9a-f]{64}$/.test(value);

/** A file that is gone and one that is new, with the same content, is one file with another name. */
function withRenames(changes: readonly Change[]): readonly (Change | Rename)[] {
  const gone = changes.filter(({ kind, after }) => kind === 'file' && after === undefined);
  const taken = new Set<Change>();
  const renames = changes.flatMap((change): Rename[] => {
    if (change.kind !== 'file' || change.before !== undefined) return [];
    const old = gone.find((one) => one.before === change.after && !taken.has(one));
    if (old === undefined) return [];
    taken.add(old).add(change);
    return [{ kind: 'rename', from: old.name, to: change.name }];
  });
  return [...renames, ...changes.filter((change) => !taken.has(change))];
}

interface Rename {
  readonly kind: 'rename';
  readonly from: string;
  readonly to: string;
}

function reasonOf(change: Change | Rename, shown: (place: string) => string): Reason {
  switch (change.kind) {
    case 'rename':
      return { code: 'input-renamed', text: `${shown(change.from)} is now called ${shown(change.to)}` };
    case 'file':
      return fileReason({ ...change, name: shown(change.name) });
    case 'converter':
      return { code: 'converter-changed', text: converterText(change) };
    case 'option':
      return { code: 'option-changed', text: valueText(`option ${change.name}`, change) };
    case 'verify':
      return { code: 'verify-changed', text: valueText(`verify ${change.name}`, change) };
    case 'operation':
      return { code: 'operation-changed', text: valueText('operation', change) };
    case 'language':
      return { code: 'operation-changed', text: valueText('version of the pipeline language', change) };
    default:
      return { code: 'machine-changed', text: machineText(change) };
  }
}

function fileReason({ name, before, after }: Change): Reason {
  if (before === undefined) return { code: 'input-added', text: `${name} is new` };
  if (after === undefined) return { code: 'input-removed', text: `${name} is not there any more` };
  return { code: 'input-changed', text: `${name} changed` };
}

/** `libvips 8.15 → 8.16`, `libreoffice 24.8 → pandoc 3.1`. */
function converterText({ before, after }: Change): string {
  if (before === undefined) return `${after ?? ''} does it now, no converter did before`;
  if (after === undefined) return `no converter does it now, ${before} did before`;
  const [old, now] = [split(before), split(after)];
  return old.name === now.name ? `${old.name} ${old.version} → ${now.version}` : `${before} → ${after}`;
}

function split(converter: string): { readonly name: string; readonly version: string } {
  const space = converter.indexOf(' ');
  return space < 0
    ? { name: converter, version: '' }
    : { name: converter.slice(0, space), version: converter.slice(space + 1) };
}

/** `option quality 80 → 75`, `option width is new: 640`, `option width is not given any more: it was 640`. */
function valueText(what: string, { before, after }: Change): string {
  if (before === undefined) return `${what} is new: ${valueOf(after)}`;
  if (after === undefined) return `${what} is not given any more, it was ${valueOf(before)}`;
  const [old, now] = [valueOf(before), valueOf(after)];
  return old === now ? `${what} changed` : `${what} ${old} → ${now}`;
}

/** A hash tells nobody anything. Of a list, only what is different does. */
function machineText(change: Change): string {
  const { name, before = '', after = '' } = change;
  if (name === 'fonts') return 'the fonts of this machine changed';
  // Size and date of a program's file say less than that it is another one.
  if (name.startsWith('file of ')) return `the ${name} changed`;
  const [old, now] = [before.split(', '), after.split(', ')];
  if (name === 'pipeline')
    return old[0] === now[0]
      ? `another build of pipeline ${now[0] ?? ''}`
      : `pipeline ${old[0] ?? ''} → ${now[0] ?? ''}`;
  if ([before, after].some((value) => /^[0-9a-f]{16,}$/.test(value))) return `${name} changed`;
  if (old.length < 2 || old.length !== now.length) return valueText(name, change);
  const parts = now.flatMap((part, index) =>
    part === old[index] ? [] : `${valueOf(old[index])} → ${valueOf(part)}`,
  );
  return `${name}: ${parts.join(', ')}`;
}

const longestValue = 40;

/** Texts without their quotes where they are plain words; long ones cut. */
function valueOf(value = ''): string {
  const text = /^"[^"\\]+"$/.test(value) ? value.slice(1, -1) : value;
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > longestValue ? `${line.slice(0, longestValue - 1)}…` : line;
}

function isSameOrder(before: readonly Ingredient[], after: readonly Ingredient[]): boolean {
  return before.length === after.length && before.every(({ name }, index) => name === after[index]?.name);
}
