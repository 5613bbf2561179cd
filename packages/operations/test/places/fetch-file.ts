/** Runs `import/url` and looks at what lies in its folder afterwards. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Failure, OperationContext, OperationResult } from '@pipeline/engine';
import type { JsonObject, Result, Task } from '@pipeline/schema';
import { expect } from 'vitest';
import type { ImportUrlSettings } from '../../src/operations/import/url.ts';
import { anyNetwork } from '../../src/http/network.ts';
import { createImportUrl } from '../../src/operations/import/url.ts';
import { action, contextOf, newFolder } from './action.ts';
import type { TestContext } from './action.ts';

export interface Settings extends Partial<ImportUrlSettings> {
  readonly task?: Partial<Task>;
  readonly context?: Partial<OperationContext>;
}

export interface Fetched {
  readonly result: Result<OperationResult, Failure>;
  readonly context: TestContext;
  /** How long it would have waited between attempts. */
  readonly waits: readonly number[];
}

export async function fetchFile(
  options: JsonObject,
  { task, context: changes, ...settings }: Settings = {},
): Promise<Fetched> {
  const waits: number[] = [];
  const operation = createImportUrl({
    timeouts: { connectMs: 5000, headersMs: 5000, idleMs: 5000 },
    maxBytes: 100_000_000,
    network: anyNetwork,
    wait: async (ms) => void waits.push(ms),
    ...settings,
  });
  const context = contextOf(newFolder(), changes);
  const request = action({ operation: 'import/url', options, ...(task !== undefined && { task }) });
  return { result: await operation.run(request, context), context, waits };
}

/** The one file that was fetched: its name and its content, and nothing else lies beside it. */
export async function fileOf(
  options: JsonObject,
  settings: Settings = {},
): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const { result, context } = await fetchFile(options, settings);
  if (!result.ok) throw new Error(result.error.message);
  const [output, ...more] = result.value.outputs;
  if (output === undefined) throw new Error('it gave nothing');
  expect(more).toEqual([]);
  expect(readdirSync(context.workDir)).toEqual([output.name]);
  expect(output.path).toBe(path.join(context.workDir, output.name));
  const bytes = readFileSync(output.path);
  expect(output.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  return { name: output.name, bytes };
}

/** A failed fetch leaves no file at all. */
export async function failureOf(
  options: JsonObject,
  settings: Settings = {},
): Promise<Failure & { readonly waits: readonly number[] }> {
  const { result, context, waits } = await fetchFile(options, settings);
  expect(readdirSync(context.workDir)).toEqual([]);
  if (result.ok) throw new Error(`it succeeded: ${JSON.stringify(result.value)}`);
  return { ...result.error, waits };
}

/** Leaves further attempts to the engine. */
export const once: Settings = {
  task: { retry: { attempts: 2, delayMs: 0, backoff: 1, maxDelayMs: 0, on: 'transient' } },
};
