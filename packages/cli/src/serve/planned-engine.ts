/** Who would do a task of an operation here, as its own plan says. There is no file: a plan is made before there are any. */
import type { ActionRequest, Artifact, Operation, RunContext } from '@pipeline/engine';
import type { JsonObject, OperationSpec } from '@pipeline/schema';

export interface Engine {
  readonly name: string;
  readonly version: string;
}

export interface Asked {
  readonly spec: OperationSpec;
  readonly from: string | null;
  readonly to: string | null;
}

/** Undefined: it cannot be done here. */
export async function enginePlanned(operation: Operation, asked: Asked): Promise<Engine | undefined> {
  // Some need more than what is required of them: a password to set, for instance.
  for (const options of [leastOptions(asked.spec), optionsOf(asked.spec)]) {
    const planned = await operation.plan(requestFor(asked, options), nowhere);
    if (planned.ok) return planned.value.converter ?? { name: 'pipeline', version: '1' };
  }
  return undefined;
}

const nowhere: RunContext = { baseDir: '/', allowedDirs: ['/'], jobId: 'catalogue', startedAt: 0 };

function requestFor({ spec, from, to }: Asked, given: JsonObject): ActionRequest {
  const options = {
    ...given,
    ...(to !== null && spec.gives === 'output_format' ? { output_format: to } : {}),
  };
  const inputs = spec.role === 'import' || spec.name === 'capture-website' ? [] : [fileOf(from ?? 'txt')];
  return {
    task: {
      name: 'task',
      range: { start: 0, end: 0 },
      operation: spec.name,
      inputs: [],
      fileInputs: {},
      needs: [],
      variants: [{}],
      groupBy: 'file',
      retry: { attempts: 1, delayMs: 0, backoff: 1, maxDelayMs: 0, on: 'transient' },
      ignoreError: false,
      cache: false,
      options,
      templates: [],
      optionRanges: {},
    },
    address: 'task',
    variant: {},
    inputs,
    fileInputs: {},
    options,
  };
}

/** Of its example; keys of the task itself are none. */
const optionsOf = ({ example, options }: OperationSpec): JsonObject =>
  Object.fromEntries(Object.entries(example).filter(([key]) => Object.hasOwn(options, key)));

/** Those that it cannot do without. */
function leastOptions(spec: OperationSpec): JsonObject {
  const needed = new Set([...spec.required, ...(spec.oneOf ?? []).flat()]);
  return Object.fromEntries(Object.entries(optionsOf(spec)).filter(([key]) => needed.has(key)));
}

const fileOf = (format: string): Artifact => ({
  task: 'before',
  dir: '',
  name: `file.${format}`,
  format,
  path: '',
  sizeBytes: 0,
});
