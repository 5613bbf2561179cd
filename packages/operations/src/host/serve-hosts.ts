/**
 * The child's side of a converter host: takes one job at a time over IPC, hands it to the module of its host name and
 * sends the answer back. It knows no converter. It ends when the parent hangs up, and its watchdog thread ends it even
 * when the parent is gone or memory runs out while the main thread is busy inside native code.
 */
import { Worker } from 'node:worker_threads';
import type { JsonObject } from '@pipeline/schema';
import type { HostTable } from './host-table.ts';
import { ConversionError } from './protocol.ts';
import type { ConversionErrorData, FromHost, HostModule, ToHost } from './protocol.ts';

export function serveHosts(table: HostTable): void {
  const watchdog = startWatchdog();
  const modules = new Map<string, Promise<HostModule>>();
  process.on('disconnect', () => process.exit());
  process.on('message', (message: unknown) => {
    if (!isToHost(message)) throw new Error(`not a message to a host: ${JSON.stringify(message)}`);
    const load = (): Promise<HostModule> => loadModule(message.host, { table, modules });
    if (message.type === 'prepare') {
      // What is wrong is told to the job that needs it.
      load().catch(() => undefined);
      return;
    }
    // A thread's port, not a window: it takes no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    watchdog.postMessage({ maxMemoryBytes: message.maxMemoryBytes });
    void answer(message.job, load).then(send);
  });
}

function startWatchdog(): Worker {
  const watchdog = new Worker(new URL('./watchdog.js', import.meta.url), {
    workerData: { parentPid: process.ppid },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  watchdog.unref();
  return watchdog;
}

function loadModule(
  name: string,
  loaded: { readonly table: HostTable; readonly modules: Map<string, Promise<HostModule>> },
): Promise<HostModule> {
  const known = loaded.modules.get(name);
  if (known !== undefined) return known;
  const load = Object.hasOwn(loaded.table, name) ? loaded.table[name] : undefined;
  if (load === undefined) return Promise.reject(new Error(`there is no converter host "${name}"`));
  const module = load().then(({ host }) => host);
  loaded.modules.set(name, module);
  return module;
}

async function answer(job: JsonObject, load: () => Promise<HostModule>): Promise<FromHost> {
  try {
    const module = await load();
    const result = await module.run(job, progressReporter());
    return { type: 'done', answer: result, rssBytes: process.memoryUsage.rss() };
  } catch (error) {
    return failed(error);
  }
}

/** Whole percents only: a converter may report every scan line. */
function progressReporter(): (percent: number | null) => void {
  let last: number | null | undefined;
  return (percent) => {
    const whole = percent === null ? null : Math.max(0, Math.min(100, Math.floor(percent)));
    if (whole === last) return;
    last = whole;
    send({ type: 'progress', percent: whole });
  };
}

function failed(error: unknown): FromHost {
  if (error instanceof ConversionError) return { type: 'failed', error: error.data };
  if (isModuleMissing(error)) return { type: 'failed', error: missingModule(error) };
  const message = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error && error.stack !== undefined ? error.stack : message;
  return { type: 'failed', error: { type: 'converter-failed', message }, detail };
}

function missingModule(error: Error): ConversionErrorData {
  return {
    type: 'converter-missing',
    message: `The converter cannot be loaded: ${error.message}`,
    hint: 'Run `npm install` again; optional packages may have been left out.',
  };
}

function isModuleMissing(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}

function send(message: FromHost): void {
  if (process.connected) process.send?.(message);
}

function isToHost(message: unknown): message is ToHost {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    (message.type === 'run' || message.type === 'prepare')
  );
}
