/** The pages of a document that `pages` asks for; errors name the document. Inside a host. */
import type { JsonValue } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import { parsePageRange, selectPages } from '../../page-range.ts';

/** Numbers from 1. Without `pages`: all of them. Throws when none of them is in the document. */
export function askedPages(
  pages: JsonValue | undefined,
  document: { readonly name: string; readonly count: number },
): readonly number[] {
  if (pages === undefined) return Array.from({ length: document.count }, (_, index) => index + 1);
  const shown = `pages: ${typeof pages === 'string' ? pages : JSON.stringify(pages)}`;
  const ranges = parsePageRange(pages);
  if (!ranges.ok) throw new ConversionError('unsupported', `"${shown}": ${ranges.error}.`);
  const selected = selectPages(ranges.value, document.count);
  if (selected.length > 0) return selected;
  const count = document.count === 1 ? 'one page' : `${document.count} pages`;
  throw new ConversionError(
    'bad-input',
    `"${shown}" asks for no page of "${document.name}", which has ${count}.`,
  );
}
