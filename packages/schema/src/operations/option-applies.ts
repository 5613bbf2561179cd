/** Whether an option has a meaning for a conversion. Formats that are not known yet never rule anything out. */
import { canonicalFormat, formatKind } from '../formats.ts';
import type { OptionSpec } from './operation-spec.ts';

/** Canonical formats; undefined = not known before the run. */
export interface KnownPair {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export function optionApplies(option: OptionSpec, pair: KnownPair): boolean {
  return (
    option.appliesTo === undefined ||
    option.appliesTo.some(({ from, to }) => includesFormat(from, pair.from) && includesFormat(to, pair.to))
  );
}

function includesFormat(names: readonly string[] | undefined, format: string | undefined): boolean {
  if (names === undefined || format === undefined) return true;
  const kind = formatKind(format);
  // A format that the language does not know may be anything.
  return kind === undefined || names.includes(kind) || names.includes(canonicalFormat(format));
}
