/** The numbers of jobs and tasks, and of what works on them. It only looks. */
import type { JobStore } from './job-store.ts';
import { type Labels, memberOf, type Metrics, type Sample } from './metrics.ts';
import type { RunnerState } from './runner.ts';

export interface WatchedWork {
  readonly store: Pick<JobStore, 'allJobs' | 'allTasks' | 'listen'>;
  readonly runner: { readonly state: () => RunnerState };
  /** Actions at once. */
  readonly actionLimit: number;
}

export function watchWork(metrics: Metrics, { store, runner, actionLimit }: WatchedWork): void {
  metrics.gauge('pipeline_jobs', () => byStatus(store.allJobs()));
  metrics.gauge('pipeline_tasks', () => byStatus(store.allTasks()));
  metrics.gauge('pipeline_runs', () => {
    const { running, queued } = runner.state();
    return [sample(running, { state: 'running' }), sample(queued, { state: 'queued' })];
  });
  metrics.gauge('pipeline_actions_running', () => [sample(runner.state().actions)]);
  metrics.gauge('pipeline_actions_limit', () => [sample(actionLimit)]);
  // A key made of both would cost more than all the rest.
  const counts = new Map<string | undefined, Map<string, (amount: number) => void>>();
  store.listen((change) => {
    if (change.event === 'updated') return;
    const operation = change.type === 'job' ? undefined : change.task.operation;
    const ofOperation = memberOf(counts, operation, () => new Map<string, (amount: number) => void>());
    memberOf(ofOperation, change.event, () => counterOf(metrics, change.event, operation))(1);
  });
}

const counterOf = (metrics: Metrics, event: string, operation: string | undefined) =>
  operation === undefined
    ? metrics.counter('pipeline_jobs_total', { event })
    : metrics.counter('pipeline_tasks_total', { operation, event });

const statuses = ['waiting', 'processing', 'finished', 'error'] as const;

function byStatus(all: Iterable<{ readonly status: (typeof statuses)[number] }>): readonly Sample[] {
  const counts = { waiting: 0, processing: 0, finished: 0, error: 0 };
  for (const { status } of all) counts[status] += 1;
  return statuses.map((status) => sample(counts[status], { status }));
}

const sample = (value: number, labels: Labels = {}): Sample => ({ labels, value });
