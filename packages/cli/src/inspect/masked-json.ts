/** A document as text, without the values of secrets; words of a closed vocabulary stay, or no program could read it. */
import type { Masker } from '../masker.ts';

const vocabularyKeys: ReadonlySet<string> = new Set([
  'status',
  'operation',
  'backend',
  'code',
  'change',
  'type',
]);

/** Ends with a newline. */
export function maskedJson(document: object, masker: Masker): string {
  const text = JSON.stringify(
    document,
    (key, value: unknown) =>
      typeof value === 'string' && !vocabularyKeys.has(key) ? masker.text(value) : value,
    2,
  );
  return `${text}\n`;
}
