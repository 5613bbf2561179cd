/** `import/raw`: a text file that stands in the pipeline as it is, written as UTF-8. */
import type { Operation } from '@pipeline/engine';
import { ok } from '@pipeline/schema';
import { contentOperation } from './content.ts';

export const importRaw: Operation = contentOperation((text) => ok(Buffer.from(text)));
