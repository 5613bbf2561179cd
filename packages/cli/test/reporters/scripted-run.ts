/** Builds event streams as the engine would send them, for tests and for the demo of the live view. */
import type { ActionStatus, Counts, Failure, JobEvent } from '@pipeline/engine';

export interface EndOptions {
  readonly status?: ActionStatus;
  readonly tookMs?: number;
  readonly bytes?: readonly number[];
  readonly message?: string;
  readonly error?: Failure;
  readonly isIgnored?: boolean;
}

type Tasks = Readonly<Record<string, { readonly operation?: string; readonly inputs?: readonly string[] }>>;

export function jobStarted(tasks: Tasks, { name = 'site', pipeline = 'pipeline.yaml' } = {}): JobEvent {
  const summaries = Object.entries(tasks).map(([task, { operation = 'convert', inputs = [] }]) => ({
    task,
    label: task,
    operation,
    inputs,
  }));
  return { type: 'job.started', ms: 0, v: 1, job: 'job-1', name, pipeline, tasks: summaries };
}

export function expanded(task: string, actions: number, isFinal = true): JobEvent {
  return { type: 'task.expanded', ms: 0, task, actions, is_final: isFinal };
}

export function taskStarted(task: string, ms: number): JobEvent {
  return { type: 'task.started', ms, task };
}

export function taskFinished(
  task: string,
  ms: number,
  { status = 'finished', message }: { status?: 'finished' | 'error'; message?: string } = {},
): JobEvent {
  return { type: 'task.finished', ms, task, status, ...(message === undefined ? {} : { message }) };
}

/** `address`: `pdf[a.docx]`, or just `docs` for an import. */
export function started(address: string, ms: number, attempt = 1): JobEvent {
  const converter = address.startsWith('pdf') ? 'pandoc' : 'sharp';
  return {
    type: 'action.started',
    ms,
    ...identity(address),
    backend: 'local',
    converter,
    version: '3.7',
    attempt,
  };
}

export function percent(
  action: string,
  ms: number,
  progress: { percent: number | null; message?: string },
): JobEvent {
  return { type: 'action.progress', ms, action, ...progress };
}

export function ended(address: string, ms: number, options: EndOptions = {}): JobEvent {
  const {
    error,
    status = error === undefined ? 'finished' : 'error',
    tookMs = 200,
    message,
    isIgnored,
  } = options;
  const bytes = options.bytes ?? (status === 'finished' || status === 'cached' ? [1200] : []);
  return {
    type: 'action.finished',
    ms,
    ...identity(address),
    status,
    action_ms: tookMs,
    input_bytes: 1000,
    outputs: bytes.map((size, index) => ({ path: `/work/${index}.out`, bytes: size })),
    ...(message === undefined ? {} : { message }),
    ...(error === undefined ? {} : { error }),
    ...(isIgnored === undefined ? {} : { is_ignored: isIgnored }),
  };
}

export function jobFinished(ms: number, counts: Partial<Counts>, exitCode = 0): JobEvent {
  const status = exitCode === 0 ? 'finished' : 'error';
  return {
    type: 'job.finished',
    ms,
    job: { id: 'job-1', tag: null, status, created_at: '', started_at: null, ended_at: null, tasks: [] },
    counts: { ran: 0, cached: 0, skipped: 0, failed: 0, not_run: 0, ...counts },
    exit_code: exitCode,
  };
}

function identity(address: string): { action: string; task: string; file?: string } {
  const bracket = address.indexOf('[');
  if (bracket === -1) return { action: address, task: address };
  return {
    action: address,
    task: address.slice(0, bracket),
    file: address.slice(bracket + 1, -1).split(';')[0] ?? '',
  };
}
