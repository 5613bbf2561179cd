/** Plans and starts jobs on a fake backend, a workspace in memory and a clock with hands. */
import type { Pipeline } from '@pipeline/schema';
import {
  type JobEvent,
  type JobOutcome,
  type JobPlan,
  planJob,
  type PlanProblem,
  runJob,
  type RunOptions,
  type Selection,
} from '../src/index.ts';
import {
  collectEvents,
  type EventList,
  fakeBackend,
  type FakeBackend,
  type FakeBackendOptions,
  manualClock,
  type ManualClock,
  memoryWorkspace,
  type MemoryWorkspace,
} from '../src/testing.ts';

export interface Job extends EventList {
  readonly plan: JobPlan;
  readonly backend: FakeBackend;
  readonly workspace: MemoryWorkspace;
  readonly clock: ManualClock;
  readonly controller: AbortController;
  readonly outcome: Promise<JobOutcome>;
  /** `action address status` of each action that has ended, sorted. */
  readonly statuses: () => readonly string[];
}

export interface JobSettings {
  readonly fake?: Partial<FakeBackendOptions>;
  readonly run?: Partial<RunOptions>;
  readonly select?: Selection;
}

export const context = {
  baseDir: '/project',
  allowedDirs: ['/project'],
  jobId: 'job-1',
  startedAt: 1_700_000_000_000,
};

export async function planOf(pipeline: Pipeline, settings: JobSettings = {}): ReturnType<typeof planJob> {
  const workspace = memoryWorkspace();
  const backend = fakeBackend({ workspace, ...settings.fake });
  return planJob({ ...requestOf(pipeline, settings), backends: { local: backend } });
}

export async function problemsOf(
  pipeline: Pipeline,
  settings: JobSettings = {},
): Promise<readonly PlanProblem[]> {
  const plan = await planOf(pipeline, settings);
  if (plan.ok) throw new Error('there are no problems');
  return plan.error;
}

export async function startJob(pipeline: Pipeline, settings: JobSettings = {}): Promise<Job> {
  const workspace = memoryWorkspace();
  const backend = fakeBackend({ workspace, ...settings.fake });
  const plan = await planJob({ ...requestOf(pipeline, settings), backends: { local: backend } });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\n'));
  const list = collectEvents();
  const clock = manualClock();
  const controller = new AbortController();
  let ids = 0;
  const outcome = runJob(plan.value, {
    workspace,
    now: clock.now,
    wait: clock.wait,
    onEvent: list.onEvent,
    signal: controller.signal,
    maxActions: 4,
    random: () => 0,
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    ...settings.run,
  });
  const statuses = (): readonly string[] =>
    list
      .of('action.finished')
      .map(({ action, status }) => `${action} ${status}`)
      .sort();
  return { ...list, plan: plan.value, backend, workspace, clock, controller, outcome, statuses };
}

function requestOf(
  pipeline: Pipeline,
  { select }: JobSettings,
): Omit<Parameters<typeof planJob>[0], 'backends'> {
  const values = { params: {}, env: {}, secrets: {} };
  return { pipeline, values, context, ...(select !== undefined && { select }) };
}

/** An event as one short line. */
export function lineOf(event: JobEvent): string {
  switch (event.type) {
    case 'job.started':
      return `job.started ${event.tasks.map(({ task }) => task).join(' ')}`;
    case 'task.expanded':
      return `task.expanded ${event.task} ${event.actions}${event.is_final ? ' final' : ''}`;
    case 'task.started':
      return `task.started ${event.task}`;
    case 'task.unchanged':
      return `task.unchanged ${event.task} ${event.actions}`;
    case 'task.finished':
      return `task.finished ${event.task} ${event.status}`;
    case 'action.started':
      return `action.started ${event.action} #${event.attempt}`;
    case 'action.progress':
      return `action.progress ${event.action} ${event.percent}`;
    case 'action.retried':
      return `action.retried ${event.action} #${event.attempt} after ${event.delay_ms}`;
    case 'action.finished':
      return `action.finished ${event.action} ${event.status}${event.error === undefined ? '' : ` ${event.error.code}`}`;
    case 'job.finished':
      return `job.finished ${event.job.status} ${event.exit_code}`;
    default:
      return event.type;
  }
}
