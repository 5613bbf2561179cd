/**
 * Keeps converter hosts warm and gives each job one of its kind. At most `maxHosts` work at once, further jobs wait
 * in order; a few more may idle, the one that was used longest ago goes first. It knows no converter and no action.
 */
import { availableParallelism } from 'node:os';
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err } from '@pipeline/schema';
import { hostEntry } from './host-entry.ts';
import type * as HostProcessFile from './host-process.ts';
import type { HostProcess } from './host-process.ts';
import type { HostName, HostRequest } from './protocol.ts';

export interface HostPoolOptions {
  /** How many jobs run at once; default: one per CPU. */
  readonly maxHosts?: number;
  /** The file that hosts run; default: the compiled `host-main`. */
  readonly entry?: string;
}

/**
 * A document on its way to a picture goes through pandoc, typst, pdfium and sharp. With fewer warm hosts than kinds every
 * step would start a process: three documents took 48 s instead of 9 with one action at a time.
 */
const warmKinds = 4;

export class HostPool {
  #maxHosts: number;
  readonly #entry: string | undefined;
  /** Longest unused first. */
  #idle: HostProcess[] = [];
  readonly #busy = new Set<HostProcess>();
  /** Retired ones on their way out. */
  readonly #ending = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  readonly #asked = new Set<HostName>();
  #working = 0;

  constructor(options: HostPoolOptions = {}) {
    this.#maxHosts = options.maxHosts ?? availableParallelism();
    this.#entry = options.entry;
  }

  /** Holds for jobs that start from now on. */
  configure(options: { readonly maxHosts: number }): void {
    this.#maxHosts = options.maxHosts;
    this.#startWaiting();
  }

  /** Starts a host whose job is expected, so that its library loads meanwhile. One that cannot start is not missed. */
  async warm(name: string): Promise<void> {
    const { HostProcess } = await hostProcess();
    try {
      const host = new HostProcess(name, this.#entry ?? hostEntry());
      this.#idle.push(host);
      host.prepare();
    } catch {
      // Not built: the job that needs it says so.
    }
  }

  /** The kinds of jobs there were, the first one first. */
  get asked(): readonly HostName[] {
    return [...this.#asked];
  }

  /** Never rejects. A host that crashes, is aborted or grows too large costs its own job only. */
  async run(request: HostRequest): Promise<Result<JsonObject, Failure>> {
    this.#asked.add(request.host);
    if (!(await this.#turn(request.signal))) return err((await hostProcess()).cancelled(request));
    try {
      return await this.#runNow(request);
    } finally {
      this.#working -= 1;
      this.#startWaiting();
    }
  }

  /** Ends every host, busy or idle, and waits until they are gone. The pool can be used again afterwards. */
  async close(): Promise<void> {
    const hosts = [...this.#idle, ...this.#busy];
    this.#idle = [];
    await Promise.all([...hosts.map((host) => host.stop()), ...this.#ending]);
  }

  async #runNow(request: HostRequest): Promise<Result<JsonObject, Failure>> {
    const { HostProcess, cancelled } = await hostProcess();
    if (request.signal.aborted) return err(cancelled(request));
    const host = this.#takeIdle(request) ?? new HostProcess(request.host, this.#entry ?? hostEntry());
    this.#busy.add(host);
    try {
      return await host.run(request);
    } finally {
      this.#busy.delete(host);
      this.#keepOrRetire(host);
    }
  }

  /** False when it was aborted while waiting. */
  async #turn(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#working < this.#maxHosts) {
      this.#working += 1;
      return true;
    }
    return new Promise((resolve) => {
      const start = (): void => {
        signal.removeEventListener('abort', giveUp);
        this.#working += 1;
        resolve(true);
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        resolve(false);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(start);
    });
  }

  #startWaiting(): void {
    while (this.#working < this.#maxHosts) {
      const start = this.#waiting.shift();
      if (start === undefined) return;
      start();
    }
  }

  #takeIdle(request: HostRequest): HostProcess | undefined {
    this.#idle = this.#idle.filter((host) => host.isUsable);
    const host = this.#idle.findLast((idle) => idle.name === request.host);
    if (host !== undefined) this.#idle = this.#idle.filter((idle) => idle !== host);
    return host;
  }

  #keepOrRetire(host: HostProcess): void {
    if (host.isUsable) this.#idle.push(host);
    else this.#retire(host);
    while (this.#idle.length > Math.max(warmKinds, this.#maxHosts)) {
      const oldest = this.#idle.shift();
      if (oldest !== undefined) this.#retire(oldest);
    }
  }

  #retire(host: HostProcess): void {
    const ending = host.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

/** Loaded with the first job: the table of converters leads here, and `validate` must not pay for starting processes. */
const hostProcess = (): Promise<typeof HostProcessFile> => import('./host-process.ts');

const pool = new HostPool();

export function configureHosts(options: { readonly maxHosts: number }): void {
  pool.configure(options);
}

export function runInHost(request: HostRequest): Promise<Result<JsonObject, Failure>> {
  return pool.run(request);
}

export function warmHost(name: string): Promise<void> {
  return pool.warm(name);
}

/** The kinds of hosts that this process has used, the first one first. */
export function hostsAsked(): readonly HostName[] {
  return pool.asked;
}

export function closeHosts(): Promise<void> {
  return pool.close();
}
