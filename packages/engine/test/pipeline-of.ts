/** Makes pipelines for tests directly, without the language: only what a test is about has to be said. */
import type { Pipeline, Task, TaskName } from '@pipeline/schema';

export type TaskSketch = Partial<Omit<Task, 'name' | 'range'>>;

const noRetry = { attempts: 1, delayMs: 1000, backoff: 2, maxDelayMs: 60_000, on: 'transient' } as const;

export function pipelineOf(
  tasks: Readonly<Record<TaskName, TaskSketch>>,
  more: Partial<Omit<Pipeline, 'tasks'>> = {},
): Pipeline {
  return {
    source: { path: 'pipeline.yaml', text: '' },
    params: new Map(),
    env: new Map(),
    secrets: [],
    concurrency: { limits: new Map() },
    onError: 'continue',
    ...more,
    tasks: new Map(Object.entries(tasks).map(([name, sketch], index) => [name, taskOf(name, sketch, index)])),
  };
}

function taskOf(name: TaskName, sketch: TaskSketch, index: number): Task {
  const isImport = (sketch.inputs ?? []).length === 0;
  return {
    name,
    // Every task has a range of its own, so that messages can be told apart.
    range: { start: index * 10, end: index * 10 + name.length },
    operation: isImport ? 'import/local' : 'convert',
    inputs: [],
    fileInputs: {},
    needs: [],
    variants: [{}],
    groupBy: 'file',
    retry: noRetry,
    ignoreError: false,
    cache: true,
    options: {},
    templates: [],
    optionRanges: {},
    ...sketch,
  };
}

/** A task that yields these files, known before the run. */
export const yields = (...files: readonly string[]): TaskSketch => ({ options: { files: [...files] } });

/** A task that yields these files, which only the run can tell. */
export const yieldsOpen = (...files: readonly string[]): TaskSketch => ({
  options: { files: [...files], is_open: true },
});
