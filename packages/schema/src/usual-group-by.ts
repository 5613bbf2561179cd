/** How the files of a task are taken when it does not say so itself. */
import type { JsonValue } from './json.ts';
import type { OperationSpec } from './operations/operation-spec.ts';

/**
 * One archive of several files needs all of them in one action, and so does a `%d` that numbers them, as in
 * CloudConvert, where nobody writes `group_by`.
 */
export function usualGroupBy(
  spec: OperationSpec,
  optionOf: (name: string) => JsonValue | undefined,
): OperationSpec['groupBy'] {
  if (optionOf('archive_multiple_files') === true) return 'all';
  const isNumbered = Object.entries(spec.options).some(([name, option]) => {
    const value = option.isNumbered === true ? optionOf(name) : undefined;
    return typeof value === 'string' && /%0?[0-9]?d/.test(value);
  });
  return isNumbered ? 'all' : spec.groupBy;
}
