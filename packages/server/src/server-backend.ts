/**
 * What the server puts around the operations of its backend for one run: uploads and what other tasks made come from the
 * folders of tasks, `export/url` and every other result goes there, and what its owner has not allowed fails. A task that
 * cannot work fails alone: its plan is no reason to refuse the others.
 */
import {
  type ActionRequest,
  type Backend,
  failure,
  type Failure,
  type Operation,
  type OperationContext,
  type OperationResult,
  type OutputFile,
} from '@pipeline/engine';
import { err, ok, type OperationName, type Result } from '@pipeline/schema';
import { archivedForUrl } from './archive-for-url.ts';
import { isAllowedOperation } from './allowed-operation.ts';
import type { StoredTask } from './job.ts';
import type { RunFolders } from './run-folders.ts';
import type { MadeFile, RunRecord } from './run-record.ts';
import type { Allowances } from './server-options.ts';
import type { TaskFiles } from './task-files.ts';

export interface BackendParts {
  readonly backend: Backend;
  readonly files: TaskFiles;
  readonly folders: RunFolders;
  readonly allow: Allowances;
  /** Where clients get a file that `export/url` has put into the folder of its task. */
  readonly urlOf: (task: StoredTask, place: string) => string;
}

/** `recordOf` knows the tasks of the run by the engine's name. */
export function serverBackend(parts: BackendParts, recordOf: (name: string) => RunRecord): Backend {
  const load = async (name: OperationName): Promise<Operation> => {
    if (name === 'import/upload') return storedFiles(parts, recordOf);
    const refused = refusal(name, parts.allow);
    if (refused !== undefined) return failing(refused);
    if (name === 'export/url') return exportUrl(parts, recordOf);
    const operation = await parts.backend.load(name);
    if (operation === undefined) return failing(failure('not-available', `this server has no ${name}`));
    return kept(operation, { parts, recordOf });
  };
  // Nothing to close: the backend lives longer than a run.
  return { name: 'local', load, close: () => Promise.resolve() };
}

function refusal(name: OperationName, allow: Allowances): Failure | undefined {
  if (isAllowedOperation(name, allow)) return undefined;
  return failure('refused', `${name} is switched off on this server`, {
    hint: 'whoever runs the server can allow it',
  });
}

const failing = (why: Failure): Operation => ({ plan: () => ok({}), run: () => Promise.resolve(err(why)) });

/** The files that a task of before has in its folder. */
function storedFiles(parts: BackendParts, recordOf: (name: string) => RunRecord): Operation {
  const outputsOf = (name: string): readonly (OutputFile & { readonly sizeBytes: number })[] => {
    const { id, places = [], result } = recordOf(name).task;
    return places.flatMap((place, index) => {
      const file = result?.files?.[index];
      if (file === undefined) return [];
      const { filename, dir = '', size = 0 } = file;
      return { dir, name: filename, path: parts.files.pathOf(id, place), sizeBytes: size };
    });
  };
  return {
    plan: ({ task }) => ok({ outputs: outputsOf(task.name) }),
    run: ({ task }) => Promise.resolve(ok({ outputs: outputsOf(task.name) })),
  };
}

/** Files in the task's folder, with addresses; one archive of them all where that is asked for. */
function exportUrl(parts: BackendParts, recordOf: (name: string) => RunRecord): Operation {
  const publish = async (
    record: RunRecord,
    ...[request, context]: Parameters<Operation['run']>
  ): ReturnType<Operation['run']> => {
    const given = await archivedForUrl(request, context, parts.backend);
    if (!given.ok) return given;
    const files = await keepAll(given.value, context, parts);
    const published = files.map((file) => ({ ...file, url: parts.urlOf(record.task, file.place) }));
    record.made(request.address, published);
    const outputs = published.map(({ dir, name, place, url }) => ({
      dir,
      name,
      url,
      path: parts.files.pathOf(record.task.id, place),
    }));
    return ok({ outputs });
  };
  return {
    plan: () => ok({}),
    run: (request, context) => {
      const record = recordOf(request.task.name);
      if (record.signal.aborted) return Promise.resolve(err(stopped()));
      return record.follow(publish(record, request, context));
    },
  };
}

async function keepAll(
  outputs: readonly OutputFile[],
  { workDir }: OperationContext,
  { folders }: BackendParts,
): Promise<readonly (MadeFile & { readonly place: string })[]> {
  const kept: (MadeFile & { readonly place: string })[] = [];
  for (const { dir, name, path } of outputs) {
    kept.push({ dir, name, place: await folders.keep(workDir, { path, name }) });
  }
  return kept;
}

const stopped = (): Failure => failure('cancelled', 'the task was stopped');

interface Keeping {
  readonly parts: BackendParts;
  readonly recordOf: (name: string) => RunRecord;
}

/** An operation whose results stay, and that ends with its task. */
function kept(operation: Operation, keeping: Keeping): Operation {
  /** By address: why an action cannot work. */
  const failed = new Map<string, Failure>();
  return {
    plan: async (request, context) => {
      const planned = await planSafely(operation, request, context);
      if (planned.ok) return planned;
      failed.set(request.address, planned.error);
      return ok({});
    },
    run: (request, context) => {
      const record = keeping.recordOf(request.task.name);
      const why = failed.get(request.address);
      if (why !== undefined) return Promise.resolve(err(why));
      if (record.signal.aborted) return Promise.resolve(err(stopped()));
      return record.follow(runAndKeep({ operation, request, context, record }, keeping.parts));
    },
  };
}

async function planSafely(...[operation, request, context]: PlanCall): Promise<PlanAnswer> {
  try {
    return await operation.plan(request, context);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err(failure('internal', `${request.task.operation} broke while it was planned: ${why}`));
  }
}

type PlanCall = [Operation, ...Parameters<Operation['plan']>];
type PlanAnswer = Awaited<ReturnType<Operation['plan']>>;

interface Call {
  readonly operation: Operation;
  readonly request: ActionRequest;
  readonly context: OperationContext;
  readonly record: RunRecord;
}

async function runAndKeep(
  { operation, request, context, record }: Call,
  parts: BackendParts,
): Promise<Result<OperationResult, Failure>> {
  const signal = AbortSignal.any([context.signal, record.signal]);
  const made = await operation.run(request, { ...context, signal });
  if (record.signal.aborted) return err(stopped());
  if (!made.ok) return made;
  const { outputs, ...more } = made.value;
  // What was sent elsewhere is nothing to keep.
  const isExport = request.task.operation.startsWith('export/');
  const files = isExport
    ? outputs.map(({ dir, name }) => ({ dir, name }))
    : await keepAll(outputs, context, parts);
  record.made(request.address, files, more);
  return made;
}
