/** Runs an import or an export of a store as the engine would, without waiting between attempts. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Artifact, Failure, OperationContext, OperationResult } from '@pipeline/engine';
import type { JsonObject, Result, Task } from '@pipeline/schema';
import { expect } from 'vitest';
import { exportFiles } from '../../src/stores/export-files.ts';
import { importFiles } from '../../src/stores/import-files.ts';
import type { StoreSettings } from '../../src/stores/session.ts';
import { anyNetwork } from '../../src/http/network.ts';
import type { Store } from '../../src/stores/store.ts';
import { action, contextOf, newFolder } from '../places/action.ts';
import type { TestContext } from '../places/action.ts';

export interface RunSettings extends Partial<StoreSettings> {
  readonly task?: Partial<Task>;
  readonly context?: Partial<OperationContext>;
  readonly inputs?: readonly Artifact[];
}

export interface Ran {
  readonly result: Result<OperationResult, Failure>;
  readonly context: TestContext;
  readonly waits: readonly number[];
}

const timeouts = { connectMs: 5000, headersMs: 5000, idleMs: 5000 };

export const runImport = (store: Store, options: JsonObject, settings: RunSettings = {}): Promise<Ran> =>
  run('import', { store, options, settings });

export const runExport = (store: Store, options: JsonObject, settings: RunSettings = {}): Promise<Ran> =>
  run('export', { store, options, settings });

interface Run {
  readonly store: Store;
  readonly options: JsonObject;
  readonly settings: RunSettings;
}

async function run(direction: 'import' | 'export', { store, options, settings }: Run): Promise<Ran> {
  const waits: number[] = [];
  const { task, context: changes, inputs, ...rest } = settings;
  const all = {
    network: anyNetwork,
    timeouts,
    maxBytes: 1e9,
    wait: async (ms: number) => void waits.push(ms),
    ...rest,
  };
  const operation = direction === 'import' ? importFiles(store, all) : exportFiles(store, all);
  const context = contextOf(newFolder(), changes);
  const request = action({
    operation: `${direction}/s3`,
    options,
    ...(inputs !== undefined && { inputs }),
    ...(task !== undefined && { task }),
  });
  return { result: await operation.run(request, context), context, waits };
}

/** Where each file lies, and its content. */
export async function filesOf(running: Promise<Ran>): Promise<Readonly<Record<string, string>>> {
  const { result } = await running;
  if (!result.ok) throw new Error(`${result.error.message} (${result.error.hint})`);
  return Object.fromEntries(
    result.value.outputs.map(({ dir, name, path: file }) => {
      expect(path.basename(file)).toBe(name);
      return [dir === '' ? name : `${dir}/${name}`, readFileSync(file, 'utf8')];
    }),
  );
}

/** Nothing may be left of a failed import. */
export async function failureOf(running: Promise<Ran>): Promise<Failure> {
  const { result, context } = await running;
  if (result.ok) throw new Error(`it succeeded: ${JSON.stringify(result.value)}`);
  const left = readdirSync(context.workDir, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
  return result.error;
}

export async function resultOf(running: Promise<Ran>): Promise<OperationResult> {
  const { result } = await running;
  if (!result.ok) throw new Error(`${result.error.message} (${result.error.hint})`);
  return result.value;
}

export const planImport = async (store: Store, options: JsonObject) =>
  await importFiles(store).plan(action({ operation: 'import/s3', options }), contextOf(newFolder()));

export const planExport = async (store: Store, options: JsonObject, inputs: readonly Artifact[] = []) =>
  await exportFiles(store).plan(action({ operation: 'export/s3', options, inputs }), contextOf(newFolder()));
