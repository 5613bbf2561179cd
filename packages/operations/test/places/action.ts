/** An action as the engine would hand it over, in a project folder of the test's own. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ActionRequest, Artifact, OperationContext } from '@pipeline/engine';
import type { JsonObject, OperationName, Task } from '@pipeline/schema';
import { formatOfFile } from '@pipeline/schema';
import { afterEach } from 'vitest';

const folders: string[] = [];

const undoings: (() => void)[] = [];

afterEach(() => {
  for (const undoing of undoings.splice(0)) undoing();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Done after the test, before its folders are removed. */
export function undo(undoing: () => void): void {
  undoings.push(undoing);
}

/** A new folder, its real path, removed after the test. */
export function newFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'pipeline-places-')));
  folders.push(folder);
  return folder;
}

/** A project with these files; the content of each is its own path unless another one is given. */
export function project(files: readonly string[] | Readonly<Record<string, string>> = []): string {
  const root = newFolder();
  for (const [key, value] of Object.entries(files)) {
    const [file, content] = Array.isArray(files) ? [value, value] : [key, value];
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }
  return root;
}

export interface ActionSettings {
  readonly operation?: OperationName;
  readonly options: JsonObject;
  readonly inputs?: readonly Artifact[];
  readonly task?: Partial<Task>;
}

export function action({
  operation = 'import/local',
  options,
  inputs = [],
  task = {},
}: ActionSettings): ActionRequest {
  return {
    task: {
      name: 'task',
      range: { start: 0, end: 0 },
      operation,
      inputs: [],
      fileInputs: {},
      needs: [],
      variants: [{}],
      groupBy: 'file',
      retry: { attempts: 1, delayMs: 0, backoff: 1, maxDelayMs: 0, on: 'transient' },
      ignoreError: false,
      cache: true,
      options,
      templates: [],
      optionRanges: {},
      ...task,
    },
    address: inputs[0] === undefined ? 'task' : `task[${inputs[0].name}]`,
    variant: {},
    inputs,
    fileInputs: {},
    options,
  };
}

export interface TestContext extends OperationContext {
  readonly reports: (readonly [number | null, string | undefined])[];
}

export function contextOf(root: string, changes: Partial<OperationContext> = {}): TestContext {
  const reports: [number | null, string | undefined][] = [];
  return {
    baseDir: root,
    allowedDirs: [root],
    jobId: 'job-1',
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    workDir: newFolder(),
    signal: new AbortController().signal,
    attempt: 1,
    progress: (percent, message) => reports.push([percent, message]),
    reports,
    ...changes,
  };
}

/** An artifact for a file that is there, as an earlier action would have made it. */
export function artifact(
  file: string,
  place: { readonly dir?: string; readonly name?: string; readonly sizeBytes?: number } = {},
): Artifact {
  const name = place.name ?? path.basename(file);
  return {
    task: 'before',
    dir: place.dir ?? '',
    name,
    format: formatOfFile(name),
    path: file,
    sizeBytes: place.sizeBytes ?? 0,
  };
}

/** A file made by an earlier action, outside of the project. */
export const made = (content: string, place: { readonly dir?: string; readonly name: string }): Artifact => {
  const file = path.join(newFolder(), 'out.bin');
  writeFileSync(file, content);
  return artifact(file, place);
};

export const namesIn = (folder: string): readonly string[] => readdirSync(folder).sort();

/** Runs `work` as a user whom permissions bind: root passes over them. */
export async function unprivileged<T>(work: () => T | Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
