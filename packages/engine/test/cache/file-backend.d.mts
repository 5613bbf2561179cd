import type { JsonObject } from '@pipeline/schema';
import type { Backend } from '../../src/index.ts';

/** One run of a processing operation: its options, and name and content of each input. */
export interface WorkDone {
  readonly address: string;
  readonly options: JsonObject;
  readonly inputs: readonly (readonly [name: string, content: string])[];
}

export function fileBackend(options?: { readonly onRun?: (done: WorkDone) => void }): Backend;
