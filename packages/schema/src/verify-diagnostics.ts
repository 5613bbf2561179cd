/** The messages about `verify`: what it cannot ask, and where. */
import { diagnostic } from './diagnostics.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Task } from './pipeline.ts';
import type { Range } from './source.ts';

export const nothingToVerify = (range: Range, operation: string): Diagnostic =>
  diagnostic('PL115', {
    range,
    message: `\`verify\` comes too late in ${operation}: the files are where they should be kept from`,
    hint: 'write it in the task that makes them',
  });

export const shareOfNothing = (range: Range, operation: string): Diagnostic =>
  diagnostic('PL115', {
    range,
    message: `\`max_size\` in percent has no input to be compared with: ${operation} takes no files`,
    hint: 'write a size, such as 5MB',
  });

export const turnedBounds = (range: Range, key: string): Diagnostic =>
  diagnostic('PL115', { range, message: `\`min\` of \`${key}\` is greater than its \`max\`` });

/** `duration` of a PNG. */
export const notMeasurable = (task: Task, key: string, format: string): Diagnostic =>
  diagnostic('PL407', {
    range: task.verify?.ranges[key] ?? task.range,
    message: `\`${key}\` has no meaning for ${format}, which task \`${task.name}\` makes`,
    hint: meaningOf[key],
  });

const meaningOf: Readonly<Record<string, string>> = {
  pages: 'it is for PDF and TIFF',
  duration: 'it is for audio, video and GIF',
  width: 'it is for images and video',
  height: 'it is for images and video',
  pdf_a: 'it is for PDF',
  text_contains: 'it is for PDF and for documents with text',
};
