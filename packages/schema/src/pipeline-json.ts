/**
 * A checked pipeline as JSON and back, so that one that has not changed need not be read and checked again. Only the very
 * version of Pipeline that wrote it can read it: whoever keeps it has to know which one that was.
 */
import type { Concurrency, Param, Pipeline, Task, TaskName } from './pipeline.ts';

/** Maps are lists of their entries; a variable without a default is a list of its name alone. */
interface PipelineJson extends Omit<Pipeline, 'params' | 'env' | 'concurrency' | 'tasks'> {
  readonly params: readonly (readonly [string, Param])[];
  readonly env: readonly (readonly [name: string, value?: string])[];
  readonly concurrency: Omit<Concurrency, 'limits'> & {
    readonly limits: readonly (readonly [string, number])[];
  };
  readonly tasks: readonly (readonly [TaskName, Task])[];
}

export function pipelineToJson(pipeline: Pipeline): string {
  const { params, env, concurrency, tasks } = pipeline;
  const json: PipelineJson = {
    ...pipeline,
    params: [...params],
    env: [...env].map(([name, value]) => (value === undefined ? [name] : [name, value])),
    concurrency: { ...concurrency, limits: [...concurrency.limits] },
    tasks: [...tasks],
  };
  return JSON.stringify(json);
}

/** Of what `pipelineToJson` made; throws on what is no JSON. */
export function pipelineFromJson(text: string): Pipeline {
  const json: PipelineJson = JSON.parse(text);
  return {
    ...json,
    params: new Map(json.params),
    env: new Map(json.env.map(([name, value]) => [name, value])),
    concurrency: { ...json.concurrency, limits: new Map(json.concurrency.limits) },
    tasks: new Map(json.tasks),
  };
}
