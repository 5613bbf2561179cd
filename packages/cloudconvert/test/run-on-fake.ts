/** Runs a pipeline on a fake CloudConvert, with real files in a folder of its own. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type JobEvent,
  type JobOutcome,
  type JobPlan,
  openWorkspace,
  planJob,
  runJob,
} from '@pipeline/engine';
import { createLocalBackend } from '@pipeline/operations';
import { bindValues, loadPipeline } from '@pipeline/schema';
import { createCloudConvertBackend } from '../src/index.ts';
import type { FakeCloudConvert } from './fake-cloudconvert.ts';

export interface Setting {
  readonly yaml: string;
  /** Text by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Or another server that speaks the API. */
  readonly fake: Pick<FakeCloudConvert, 'url'>;
  /** Of an earlier run; a new one when absent. */
  readonly dir?: string;
  readonly signal?: AbortSignal;
  readonly apiKey?: string;
  readonly onEvent?: (event: JobEvent) => void;
  /** Waits are this many times shorter. */
  readonly haste?: number;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Ran {
  readonly outcome: JobOutcome;
  readonly events: readonly JobEvent[];
  /** Content by path below the folder, without `.pipeline`. */
  readonly made: Readonly<Record<string, string>>;
  readonly dir: string;
  readonly journal: readonly string[];
}

async function planOn(
  setting: Setting,
): Promise<{ plan: JobPlan; finish: () => Promise<void>; dir: string; hear: (event: JobEvent) => void }> {
  const dir = setting.dir ?? mkdtempSync(path.join(os.tmpdir(), 'pipeline-cloud-'));
  for (const [name, text] of Object.entries(setting.files ?? {})) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), text);
  }
  const loaded = loadPipeline({ path: 'pipeline.yaml', text: setting.yaml });
  if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join('\n'));
  const { pipeline } = loaded.value;
  const values = bindValues(pipeline, { params: {}, env: {} });
  if (!values.ok) throw new Error('values are missing');
  const local = createLocalBackend({ maxHosts: 2 });
  const { url } = setting.fake;
  const cloudconvert = createCloudConvertBackend({
    apiKey: setting.apiKey ?? 'test-key',
    apiUrl: `${url}/v2`,
    syncUrl: `${url}/sync/v2`,
    socketUrl: url,
    local,
    journalDir: path.join(dir, '.pipeline', 'cloudconvert'),
    wait: setting.wait ?? hastily(setting.haste ?? 50),
  });
  const planned = await planJob({
    pipeline,
    values: values.value,
    context: { baseDir: dir, allowedDirs: [dir], jobId: 'job', startedAt: Date.now() },
    backends: { local, cloudconvert },
    defaultBackend: 'cloudconvert',
  });
  if (!planned.ok) throw new Error(planned.error.map(({ message }) => message).join('\n'));
  const finish = async (): Promise<void> => {
    await cloudconvert.close();
    await local.close();
  };
  return { plan: planned.value, finish, dir, hear: cloudconvert.hear };
}

export async function runOn(setting: Setting): Promise<Ran> {
  const { plan, finish, dir, hear } = await planOn(setting);
  const workspace = await openWorkspace({ dir: path.join(dir, '.pipeline', 'work'), jobId: 'job' });
  const events: JobEvent[] = [];
  const outcome = await runJob(plan, {
    workspace,
    now: () => performance.now(),
    signal: setting.signal ?? new AbortController().signal,
    maxActions: 2,
    onEvent: (event) => {
      events.push(event);
      setting.onEvent?.(event);
      hear(event);
    },
  });
  await workspace.close();
  await finish();
  return { outcome, events, made: filesBelow(dir), dir, journal: journalOf(dir) };
}

const hastily =
  (haste: number): NonNullable<Setting['wait']> =>
  async (ms, signal) => {
    await delay(ms / haste, undefined, { signal }).catch(() => undefined);
  };

export const journalOf = (dir: string): readonly string[] => {
  try {
    return readdirSync(path.join(dir, '.pipeline', 'cloudconvert'));
  } catch {
    return [];
  }
};

function filesBelow(dir: string): Readonly<Record<string, string>> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.parentPath.includes('.pipeline'),
  );
  const texts = entries.map((entry): [string, string] => {
    const file = path.join(entry.parentPath, entry.name);
    return [path.relative(dir, file), readFileSync(file, 'utf8')];
  });
  return Object.fromEntries(texts);
}

/** What went wrong, for a message of a test. */
export const errorsOf = ({ events }: Pick<Ran, 'events'>): readonly string[] =>
  events.flatMap((event) =>
    event.type === 'action.finished' && event.error !== undefined
      ? [`${event.action}: ${event.error.type} ${event.error.code} ${event.error.message}`]
      : [],
  );
