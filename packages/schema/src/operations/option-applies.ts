/** Whether an option has a meaning for a conversion. Formats that are not known yet never rule anything out. */
import { canonicalFormat, formatKind } from '../formats.ts';
import type { JsonObject } from '../json.ts';
import type { OperationName } from './operation-name.ts';
import type { OptionSpec } from './operation-spec.ts';
import { operationSpecs } from './operation-specs.ts';

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

/**
 * The options that have a meaning for this pair. A task that takes several formats, and `defaults`, may give options that
 * are for some of them only; that none has a use for one is checked before. The same object when all apply.
 */
export function applicableOptions(
  operation: OperationName,
  options: JsonObject,
  pair: KnownPair,
): JsonObject {
  const specs = operationSpecs[operation].options;
  const names = Object.keys(options);
  const kept = names.filter((name) => {
    const spec = specs[name];
    return spec === undefined || optionApplies(spec, pair);
  });
  if (kept.length === names.length) return options;
  return Object.fromEntries(kept.map((name) => [name, options[name] ?? null]));
}

function includesFormat(names: readonly string[] | undefined, format: string | undefined): boolean {
  if (names === undefined || format === undefined) return true;
  const kind = formatKind(format);
  // A format that the language does not know may be anything.
  return kind === undefined || names.includes(kind) || names.includes(canonicalFormat(format));
}
