/** Where the value of each option of an action comes from: which line, and by way of what. Pure. */
import { expressionsOf, type PlannedAction } from '@pipeline/engine';
import type { Expression, JsonValue, Pipeline, Range, Task } from '@pipeline/schema';
import { lineAndColumn, paramVariable } from '@pipeline/schema';

export interface OptionOrigin {
  readonly name: string;
  /** Every expression evaluated; absent: only the run can tell. */
  readonly value?: JsonValue;
  /** Where it is written. */
  readonly place: string;
  readonly isDefault: boolean;
  /** As it is written, when it holds expressions. */
  readonly written?: string;
  /** What its expressions read: `matrix`, `param "quality", given with -p`. */
  readonly sources: readonly string[];
}

export interface OriginRequest {
  readonly action: PlannedAction;
  readonly task: Task;
  readonly pipeline: Pipeline;
  /** Names of the params that were given on the command line. */
  readonly given: ReadonlySet<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function optionOrigins(request: OriginRequest): readonly OptionOrigin[] {
  const { action, task, pipeline } = request;
  const values = action.decision.type === 'run' ? action.decision.options : undefined;
  return Object.keys(task.options).map((name) => {
    const expressions = task.templates
      .filter(({ path: [option] }) => option === name)
      .flatMap(({ template }) => expressionsOf(template));
    const value = values?.[name];
    return {
      name,
      ...(value !== undefined && { value }),
      place: placeIn(pipeline, task.optionRanges[name] ?? task.range),
      isDefault: task.inherited?.includes(name) === true,
      ...(expressions.length > 0 && { written: writtenText(task.options[name]) }),
      sources: [...new Set(expressions.flatMap((expression) => sourceOf(expression, request)))],
    };
  });
}

/** `pipeline.yaml:12` */
export function placeIn({ source }: Pipeline, range: Range): string {
  return `${source.path}:${lineAndColumn(source, range.start).line}`;
}

const writtenText = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

function sourceOf(expression: Expression, request: OriginRequest): readonly string[] {
  if (expression.type !== 'reference') return [];
  const { root, name } = expression;
  switch (root) {
    case 'params':
      return [paramSource(name, request)];
    case 'env':
      return [envSource(name, request)];
    case 'secrets':
      return [`secret ${name}, from the environment`];
    case 'matrix':
      return [`matrix "${name}"`];
    case 'job':
      return [name === 'date' ? 'the date of the run' : 'the id of the run'];
    default:
      return ['its input file'];
  }
}

function paramSource(name: string, { pipeline, given, env }: OriginRequest): string {
  if (given.has(name)) return `param "${name}", given on the command line`;
  const variable = paramVariable(name);
  if (env[variable] !== undefined) return `param "${name}", from ${variable}`;
  const param = pipeline.params.get(name);
  const place = param === undefined ? '' : ` (${placeIn(pipeline, param.range)})`;
  return `param "${name}", its default${place}`;
}

function envSource(name: string, { env }: OriginRequest): string {
  return env[name] === undefined ? `env ${name}, its default` : `env ${name}, from the environment`;
}
