/** How an answer of ours differs from a recorded one: keys, their order, the types of their values. */
export interface Tolerance {
  /** Keys that CloudConvert has added since: ours has them, the recording may not. */
  readonly added: readonly string[];
  /** Keys whose value is the machine's affair: null or text, either way. */
  readonly loose: readonly string[];
  /** Maps whose keys are not compared. */
  readonly opaque: readonly string[];
  /** Where in the answer. */
  readonly at?: string;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function differences(ours: Json, recorded: Json, tolerance: Tolerance): readonly string[] {
  const { at = '$' } = tolerance;
  if (isList(ours) && isList(recorded)) {
    const length =
      ours.length === recorded.length ? [] : [`${at}: ${ours.length} items, not ${recorded.length}`];
    return [
      ...length,
      ...recorded.flatMap((item, i) =>
        i < ours.length ? differences(ours[i] ?? null, item, { ...tolerance, at: `${at}[${i}]` }) : [],
      ),
    ];
  }
  if (isMap(ours) && isMap(recorded)) return mapDifferences(ours, recorded, { tolerance, at });
  const [mine, theirs] = [typeOf(ours), typeOf(recorded)];
  return mine === theirs ? [] : [`${at}: ${mine}, not ${theirs}`];
}

interface Map {
  readonly [key: string]: Json;
}

function mapDifferences(
  ours: Map,
  recorded: Map,
  { tolerance, at }: { tolerance: Tolerance; at: string },
): readonly string[] {
  const theirKeys = Object.keys(recorded);
  const ourKeys = Object.keys(ours).filter((key) => key in recorded || !tolerance.added.includes(key));
  if (ourKeys.join() !== theirKeys.join())
    return [`${at}: keys are ${ourKeys.join()}, not ${theirKeys.join()}`];
  return theirKeys.flatMap((key) => {
    const [mine, theirs] = [ours[key] ?? null, recorded[key] ?? null];
    const isLoose = tolerance.loose.includes(key) && (mine === null || theirs === null);
    if (isLoose || tolerance.opaque.includes(key)) return [];
    return differences(mine, theirs, { ...tolerance, at: `${at}.${key}` });
  });
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isMap = (value: Json): value is Map =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Texts by their form, where it is one that clients read. */
function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value !== 'string')
    return Array.isArray(value) ? 'list' : typeof value === 'object' ? 'map' : 'boolean';
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/.test(value)) return 'date';
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return 'uuid';
  return /^https?:\/\//.test(value) ? 'url' : 'text';
}
