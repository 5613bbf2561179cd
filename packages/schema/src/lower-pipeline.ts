/** The top-level keys of a checked file → what they mean: labels, environment, secrets, concurrency, watch. No tasks. */
import type { Diagnostic } from './diagnostic.ts';
import { nearest } from './did-you-mean.ts';
import { durationMs } from './duration.ts';
import { isJsonList, isJsonObject, type JsonObject, type JsonPath, type JsonValue } from './json.ts';
import { badName, nameTwice, secretAndVariable, unknownOperation } from './key-diagnostics.ts';
import { operationNames } from './operations/operation-name.ts';
import type { Concurrency, Pipeline, Watch } from './pipeline.ts';
import type { Places } from './places.ts';
import type { Range } from './source.ts';
import { specOf } from './task-body.ts';

export type PipelineHead = Omit<Pipeline, 'source' | 'tasks' | 'params'>;

export interface LoweredHead {
  readonly head: PipelineHead;
  readonly diagnostics: readonly Diagnostic[];
}

/** Keys with a mistake that is already reported may be in `pipeline`: what cannot be read is left out. */
export function lowerHead(pipeline: JsonObject, places: Places): LoweredHead {
  const diagnostics: Diagnostic[] = [];
  const env = lowerEnv(pipeline['env'], places, diagnostics);
  const secrets = lowerSecrets(pipeline['secrets'], places, diagnostics);
  for (const name of secrets) {
    if (env.has(name))
      diagnostics.push(
        secretAndVariable(
          placeOf(['env', name], pipeline, places),
          name,
          placeOf(['secrets', name], pipeline, places),
        ),
      );
  }
  const concurrency = lowerConcurrency(pipeline['concurrency'], places, diagnostics);
  const { name, description, tag, webhook_url: webhookUrl, watch } = pipeline;
  const head: PipelineHead = {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof tag === 'string' && tag !== '' ? { tag } : {}),
    ...(typeof webhookUrl === 'string' && webhookUrl !== '' ? { webhookUrl } : {}),
    ...(isJsonObject(watch) ? { watch: lowerWatch(watch) } : {}),
    env,
    secrets,
    concurrency,
    onError: pipeline['on_error'] === 'stop' ? 'stop' : 'continue',
  };
  return { head, diagnostics };
}

function lowerEnv(
  env: JsonValue | undefined,
  places: Places,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, string | undefined> {
  if (isJsonList(env)) {
    const names = checkedNames(
      { key: 'env', what: 'an environment variable', names: env },
      places,
      diagnostics,
    );
    return new Map(names.map((name) => [name, undefined]));
  }
  const lowered = new Map<string, string | undefined>();
  for (const [name, value] of Object.entries(isJsonObject(env) ? env : {})) {
    if (!isVariable(name)) {
      diagnostics.push(
        badName(places.key(['env', name]), { what: 'an environment variable', name, isVariable: true }),
      );
    }
    lowered.set(name, typeof value === 'string' ? value : undefined);
  }
  return lowered;
}

function lowerSecrets(
  secrets: JsonValue | undefined,
  places: Places,
  diagnostics: Diagnostic[],
): readonly string[] {
  const names = isJsonList(secrets) ? secrets : [];
  return checkedNames({ key: 'secrets', what: 'a secret', names }, places, diagnostics);
}

function checkedNames(
  { key, what, names }: { key: string; what: string; names: readonly JsonValue[] },
  places: Places,
  diagnostics: Diagnostic[],
): readonly string[] {
  const first = new Map<string, number>();
  names.forEach((name, index) => {
    if (typeof name !== 'string') return;
    const range = places.value([key, index]);
    const before = first.get(name);
    if (before !== undefined) diagnostics.push(nameTwice(range, name, places.value([key, before])));
    else if (!isVariable(name)) diagnostics.push(badName(range, { what, name, isVariable: true }));
    if (before === undefined) first.set(name, index);
  });
  return [...first.keys()];
}

const isVariable = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

function placeOf([key, name]: readonly [string, string], pipeline: JsonObject, places: Places): Range {
  const value = pipeline[key];
  return isJsonList(value) ? places.value([key, value.indexOf(name)]) : places.key([key, name]);
}

function lowerConcurrency(
  value: JsonValue | undefined,
  places: Places,
  diagnostics: Diagnostic[],
): Concurrency {
  const path: JsonPath = ['concurrency'];
  if (!isJsonObject(value)) {
    const max = amount(value);
    return { ...(max === undefined ? {} : { max }), limits: new Map() };
  }
  const limits = new Map<string, number>();
  for (const [name, limit] of Object.entries(value)) {
    if (name === 'max' || typeof limit !== 'number') continue;
    const operation = specOf(name);
    const near = operation === undefined ? nearest(name, operationNames) : undefined;
    // Engines are not known here; a slash, or a name that is nearly an operation, tells what was meant.
    if (operation === undefined && (near !== undefined || name.includes('/'))) {
      const hint = near === undefined ? undefined : `did you mean "${near}"?`;
      diagnostics.push(unknownOperation(places.key([...path, name]), name, hint));
    }
    limits.set(operation?.name ?? name, limit);
  }
  const max = amount(value['max']);
  return { ...(max === undefined ? {} : { max }), limits };
}

function amount(value: JsonValue | undefined): Concurrency['max'] {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.endsWith('%')
    ? { percent: Number(value.slice(0, -1)) }
    : undefined;
}

function lowerWatch(watch: JsonObject): Watch {
  const paths = texts(watch['paths']);
  return {
    ...(paths === undefined ? {} : { paths }),
    ignore: texts(watch['ignore']) ?? [],
    settleMs: durationMs(watch['settle']) ?? 500,
    debounceMs: durationMs(watch['debounce']) ?? 100,
    onBusy: watch['on_busy'] === 'restart' ? 'restart' : 'queue',
    initial: watch['initial'] !== false,
  };
}

/** A text, or the texts of a list. */
function texts(value: JsonValue | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  return isJsonList(value) ? value.filter((item) => typeof item === 'string') : undefined;
}
