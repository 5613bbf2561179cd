/** The pages of a PDF that `pages` asks for, for programs that take one page a run. Outside of hosts: asks one. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { parsePageRange, selectPages } from '../page-range.ts';
import { inspectPdf } from './pdf/inspect-pdf.ts';
import type { Conversion } from './converter.ts';

/** Numbers from 1; without `pages`: all. */
export async function askedPdfPages(
  conversion: Pick<Conversion, 'inputName' | 'inputPath' | 'options' | 'signal'>,
): Promise<Result<readonly number[], Failure>> {
  const { inputName: name, inputPath, signal } = conversion;
  const content = await inspectPdf({ path: inputPath, name }, signal);
  if (!content.ok) return content;
  const asked = conversion.options['pages'] ?? '1-';
  const ranges = parsePageRange(asked);
  const shown = `pages: ${JSON.stringify(asked)}`;
  if (!ranges.ok) return err(failure('unsupported', `${shown}: ${ranges.error}`, { code: 'INVALID_OPTION' }));
  const count = content.value.pages;
  const selected = selectPages(ranges.value, count);
  if (selected.length > 0) return ok(selected);
  return err(
    failure('bad-input', `"${shown}" asks for no page of ${JSON.stringify(name)}, which has ${count}`),
  );
}
