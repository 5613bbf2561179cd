/**
 * What is kept of a run: a first line that says who started it and how, then its events, one a line of JSON. The format,
 * and what a file of it tells; where the files lie and who writes them is not known here.
 */
import type { JsonObject, JsonScalar, JsonValue } from '@pipeline/schema';
import { isJsonObject } from '@pipeline/schema';
import type { JobEvent } from './event.ts';
import { emptyProgress, type Progress } from './progress.ts';
import { ProgressFollower } from './progress-follower.ts';

/** Raised when an older version would misread the file; new keys do not raise it. */
export const journalVersion = 1;

/** What the caller knows of a run; secrets are taken out of it already. */
export interface RunCall {
  /** The version of the tool. */
  readonly tool: string;
  readonly job: string;
  readonly name: string;
  /** The pipeline file, relative to the project; null: it came from standard input. */
  readonly file: string | null;
  /** The working folder, relative to the project. */
  readonly cwd: string;
  readonly params: Readonly<Record<string, JsonScalar>>;
  /** Params whose value held a secret: only a masked one is kept. */
  readonly masked: readonly string[];
  /** The flags, in the words of whoever reads them again. */
  readonly flags: JsonObject;
}

export interface RunHeader extends RunCall {
  readonly type: 'run';
  readonly v: typeof journalVersion;
  /** ISO 8601. */
  readonly at: string;
  readonly host: string;
  readonly pid: number;
  readonly started?: string;
}

export type HeaderFault = { readonly type: 'garbage' } | { readonly type: 'newer'; readonly tool: string };

/** Events that are worth keeping; how far a running action is, is not. */
export function journalLine(event: JobEvent): string {
  switch (event.type) {
    case 'action.progress':
      return '';
    case 'job.finished': {
      // The files of each task were told one by one: said again, this line alone would be as long as all others.
      const tasks = event.job.tasks.map((task) => ({ ...task, result: null }));
      return `${JSON.stringify({ ...event, job: { ...event.job, tasks } })}\n`;
    }
    default:
      return `${JSON.stringify(event)}\n`;
  }
}

export function parseHeader(line: string): RunHeader | HeaderFault {
  const value = parseObject(line);
  if (value === undefined || value['type'] !== 'run' || typeof value['v'] !== 'number')
    return { type: 'garbage' };
  const tool = value['tool'];
  if (value['v'] > journalVersion) return { type: 'newer', tool: isText(tool) ? tool : '?' };
  return readHeader(value) ?? { type: 'garbage' };
}

function readHeader(value: JsonObject): RunHeader | undefined {
  const { tool, job, name, file, cwd, at, host, pid, started } = value;
  if (!isText(tool) || !isText(job) || !isText(name) || !isText(cwd) || !isText(at) || !isText(host))
    return undefined;
  if (typeof pid !== 'number' || Number.isNaN(Date.parse(at))) return undefined;
  const flags = value['flags'];
  return {
    type: 'run',
    v: journalVersion,
    tool,
    job,
    name,
    file: isText(file) ? file : null,
    cwd,
    at,
    host,
    pid,
    ...(isText(started) && { started }),
    params: scalarsOf(value['params']),
    masked: textsOf(value['masked']),
    flags: isJsonObject(flags) ? flags : {},
  };
}

/** The whole text of a journal but its first line → how far the run came. A last line without its end was torn. */
export function progressOf(text: string): Progress {
  const follower = new ProgressFollower(emptyProgress);
  for (const event of eventsOf(text)) follower.take(event);
  return follower.latest();
}

/** Lines that make no sense are passed over: what the others say still holds. */
export function* eventsOf(text: string): Generator<JobEvent> {
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    const event = parseEvent(text.slice(start, end));
    if (event !== undefined) yield event;
    start = end + 1;
  }
}

/** What an event must have so that the words and counts of a run can be made from it. */
const needed: Readonly<Record<string, readonly string[]>> = {
  'job.started': ['job', 'name', 'pipeline', 'tasks'],
  'task.started': ['task'],
  'task.expanded': ['task', 'actions'],
  'task.unchanged': ['task', 'actions'],
  'action.started': ['action', 'task', 'attempt'],
  'action.retried': ['action', 'attempt', 'delay_ms', 'error'],
  'action.finished': ['action', 'task', 'status', 'action_ms', 'outputs'],
  'task.finished': ['task', 'status'],
  'job.finished': ['job', 'counts', 'exit_code'],
};

export function parseEvent(line: string): JobEvent | undefined {
  const value: unknown = parseObject(line);
  return isEvent(value) ? value : undefined;
}

function isEvent(value: unknown): value is JobEvent {
  if (typeof value !== 'object' || value === null || !('ms' in value) || !('type' in value)) return false;
  if (typeof value.ms !== 'number' || !isText(value.type) || !Object.hasOwn(needed, value.type)) return false;
  const present = new Map(Object.entries(value));
  return (needed[value.type] ?? []).every((key) => (present.get(key) ?? null) !== null);
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

function scalarsOf(value: JsonValue | undefined): Readonly<Record<string, JsonScalar>> {
  const entries: [string, JsonScalar][] = [];
  if (!isJsonObject(value)) return {};
  for (const [name, inner] of Object.entries(value)) {
    if (inner === null || isText(inner) || typeof inner === 'number' || typeof inner === 'boolean')
      entries.push([name, inner]);
  }
  return Object.fromEntries(entries);
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter(isText) : [];
}
