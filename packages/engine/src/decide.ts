/**
 * What one action is to do, once its input is known: whether `if` lets it run, and its options with every expression
 * evaluated. It builds the values that expressions read; the language evaluates them.
 */
import {
  err,
  evaluateTemplate,
  type Expression,
  fileExtension,
  type FileScope,
  type JsonObject,
  ok,
  resolveOptions,
  resolveVerify,
  type Result,
  type RunValues,
  type Scope,
  type Task,
} from '@pipeline/schema';
import type { ActionIdentity, Decision } from './action.ts';
import { filePlace } from './artifact.ts';
import { expressionsOf } from './expressions-of.ts';
import type { Artifact, RunContext } from './operation.ts';

/** What is the same for every action of a job. */
export type JobScope = Pick<Scope, 'params' | 'env' | 'secrets' | 'job'>;

export interface Candidate extends Pick<ActionIdentity, 'variant' | 'file'> {
  readonly inputs: readonly Artifact[];
}

export function jobScope(values: RunValues, context: RunContext): JobScope {
  const date = new Date(context.startedAt).toISOString().slice(0, 10);
  return {
    params: values.params,
    env: values.env,
    secrets: values.secrets,
    job: { id: context.jobId, date },
  };
}

/** The error says which expression has no value, and why. */
export function decide(task: Task, candidate: Candidate, job: JobScope): Result<Decision, string> {
  if (task.condition === undefined && task.templates.length === 0 && isConstant(task.verify)) {
    return ok(runWith(task.options, task.verify?.values));
  }
  if (candidate.inputs.some(isNotMade) && readsFileSize(task)) return ok({ type: 'later' });
  const scope = scopeOf(candidate, job);
  if (task.condition !== undefined) {
    const isWanted = evaluateTemplate(task.condition, scope);
    if (!isWanted.ok) return err(`"if" of task "${task.name}": ${isWanted.error}`);
    if (isWanted.value === false) return ok({ type: 'skip', reason: '"if" is false' });
    if (isWanted.value !== true) {
      return err(
        `"if" of task "${task.name}" gave ${JSON.stringify(isWanted.value)}: it must be true or false`,
      );
    }
  }
  const options = resolveOptions(task, scope);
  if (!options.ok) return err(`options of task "${task.name}": ${options.error}`);
  const verify = resolveVerify(task, scope);
  if (!verify.ok) return err(`"verify" of task "${task.name}": ${verify.error}`);
  return ok(runWith(options.value, verify.value));
}

const isNotMade = ({ path, remote }: Artifact): boolean => path === '' && remote === undefined;

const isConstant = (verify: Task['verify']): boolean => verify === undefined || verify.templates.length === 0;

const runWith = (options: JsonObject, verify: JsonObject | undefined): Decision =>
  verify === undefined ? { type: 'run', options } : { type: 'run', options, verify };

function scopeOf({ variant, inputs, file }: Candidate, job: JobScope): Scope {
  const [input] = inputs;
  const scope = { ...job, matrix: variant };
  return file === undefined || input === undefined ? scope : { ...scope, file: fileScope(input) };
}

function fileScope(file: Artifact): FileScope {
  const ext = fileExtension(file.name);
  return {
    path: filePlace(file),
    dir: file.dir,
    name: file.name,
    stem: ext === '' ? file.name : file.name.slice(0, -ext.length - 1),
    ext,
    format: file.format,
    size: file.sizeBytes,
  };
}

function readsFileSize(task: Task): boolean {
  const templates = [...task.templates, ...(task.verify?.templates ?? [])].map(({ template }) => template);
  if (task.condition !== undefined) templates.push(task.condition);
  return templates.some((template) => expressionsOf(template).some(isFileSize));
}

const isFileSize = (expression: Expression): boolean =>
  expression.type === 'reference' && expression.root === 'file' && expression.name === 'size';
