/**
 * The only place in the house that starts a process. Every process gets a group of its own, an argument array and a
 * small environment, and dies with its signal: SIGTERM to the whole group, a grace, then SIGKILL. It knows neither
 * what the program does nor what its messages mean.
 */
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { outputDateSeconds } from './files/output-date.ts';

export interface ProcessStart {
  /** Absolute path, or a name that is looked up in PATH; never a shell line. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the small environment that every process gets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Between SIGTERM and SIGKILL; 0 kills at once. */
  readonly graceMs?: number;
  /** Set for Node programs that talk over IPC: called with what they send. */
  readonly onMessage?: (message: unknown) => void;
  /** What it prints, as it comes. */
  readonly onStdout?: (chunk: string) => void;
  readonly onStderr?: (chunk: string) => void;
  /** How much of the end of stdout is kept; default 16 KiB. */
  readonly keepStdoutBytes?: number;
}

export interface RunningProcess {
  readonly pid: number | undefined;
  /** Never rejects. Settles when the process is gone and its output has been read. */
  readonly ended: Promise<ProcessEnd>;
  /** False when it can no longer hear. */
  readonly send: (message: object) => boolean;
  /** Ends the whole group; the same promise as `ended`. */
  readonly stop: () => Promise<ProcessEnd>;
  /** While held, the process keeps ours alive; a released one does not. */
  readonly hold: () => void;
  readonly release: () => void;
}

export interface ProcessEnd {
  /** Null when a signal ended it or it never started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** It could not be started: `ENOENT`, `EACCES`, … */
  readonly startError?: string;
  /** The last 16 KiB of each, unless more was asked for. */
  readonly stdout: string;
  readonly stderr: string;
  /** What it wrote to file descriptor 4, where a host's watchdog says why it ends its own process. */
  readonly lastWords: string;
}

const tailBytes = 16 * 1024;
const isWindows: boolean = process.platform === 'win32';

export function startProcess(start: ProcessStart): RunningProcess {
  const isHost = start.onMessage !== undefined;
  // Loaded when it is needed: many runs start no process at all.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(start.command, [...start.args], {
    cwd: start.cwd,
    env: { ...smallEnvironment(), ...start.env },
    // A group of its own, so that its children can be ended with it and Ctrl-C in the terminal reaches only us.
    detached: !isWindows,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(isHost ? (['ipc', 'pipe'] as const) : [])],
  });
  if (start.onMessage !== undefined) child.on('message', start.onMessage);
  const ended = endOf(child, start);
  listen(child.stdio[1], start.onStdout);
  listen(child.stdio[2], start.onStderr);
  let stopping = false;
  const stop = (): Promise<ProcessEnd> => {
    if (!stopping) {
      stopping = true;
      endGroup(child, ended, start.graceMs ?? 2000);
    }
    return ended;
  };
  if (start.signal !== undefined) stopWithSignal(start.signal, stop, ended);
  return {
    pid: child.pid,
    ended,
    send: (message) => child.connected && child.send(message, ignoreSendError),
    stop,
    hold: () => setHold(child, 'ref'),
    release: () => setHold(child, 'unref'),
  };
}

/** What a converter needs to find programs, fonts and a place for temporary files; nothing that could be a secret. */
function smallEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'FONTCONFIG_PATH', 'FONTCONFIG_FILE'];
  const kept = names.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] satisfies [string, string]];
  });
  return {
    ...Object.fromEntries(kept),
    LANG: 'C.UTF-8',
    // What is made must not depend on when and where.
    TZ: 'UTC',
    SOURCE_DATE_EPOCH: String(outputDateSeconds()),
  };
}

function endOf(child: ChildProcess, { keepStdoutBytes }: ProcessStart): Promise<ProcessEnd> {
  const [, stdoutPipe, stderrPipe, , lastWordsPipe] = child.stdio;
  const stdout = tailOf(stdoutPipe, keepStdoutBytes);
  const stderr = tailOf(stderrPipe);
  const lastWords = tailOf(lastWordsPipe);
  return new Promise((resolve) => {
    const settle = (end: Pick<ProcessEnd, 'exitCode' | 'signal' | 'startError'>): void =>
      resolve({ ...end, stdout: stdout(), stderr: stderr(), lastWords: lastWords() });
    // 'close' waits for the pipes, which a surviving grandchild may hold open: do not wait for that one for ever.
    child.once('exit', (exitCode, signal) => {
      setTimeout(() => settle({ exitCode, signal }), 1000).unref();
    });
    child.once('close', (exitCode, signal) => settle({ exitCode, signal }));
    child.on('error', (error: NodeJS.ErrnoException) => {
      // Also emitted for a failed kill or send, which the exit will tell about.
      if (child.pid === undefined)
        settle({ exitCode: null, signal: null, startError: error.code ?? error.message });
    });
  });
}

function tailOf(pipe: unknown, maxBytes: number = tailBytes): () => string {
  const chunks: Buffer[] = [];
  let total = 0;
  if (isReadable(pipe)) {
    pipe.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      total += chunk.length;
      // Whole chunks go while what follows them is enough: no byte is copied until somebody asks.
      for (
        let first = chunks[0];
        first !== undefined && total - first.length >= maxBytes;
        first = chunks[0]
      ) {
        total -= first.length;
        chunks.shift();
      }
    });
    pipe.on('error', () => undefined);
  }
  return () => Buffer.concat(chunks).subarray(-maxBytes).toString('utf8');
}

function listen(pipe: unknown, onChunk: ((chunk: string) => void) | undefined): void {
  if (onChunk === undefined || !isReadable(pipe)) return;
  const decoder = new StringDecoder('utf8');
  pipe.on('data', (chunk: Buffer) => onChunk(decoder.write(chunk)));
  pipe.once('end', () => {
    const rest = decoder.end();
    if (rest !== '') onChunk(rest);
  });
}

function isReadable(pipe: unknown): pipe is Readable {
  return typeof pipe === 'object' && pipe !== null && 'read' in pipe && 'on' in pipe;
}

function stopWithSignal(
  signal: AbortSignal,
  stop: () => Promise<ProcessEnd>,
  ended: Promise<ProcessEnd>,
): void {
  if (signal.aborted) {
    void stop();
    return;
  }
  const onAbort = (): void => void stop();
  signal.addEventListener('abort', onAbort, { once: true });
  void ended.then(() => signal.removeEventListener('abort', onAbort));
}

function endGroup(child: ChildProcess, ended: Promise<ProcessEnd>, graceMs: number): void {
  if (graceMs === 0) {
    killGroup(child, 'SIGKILL');
    return;
  }
  killGroup(child, 'SIGTERM');
  const timer = setTimeout(() => killGroup(child, 'SIGKILL'), graceMs);
  void ended.finally(() => {
    clearTimeout(timer);
    // The leader is gone; a child of its that ignored SIGTERM is not.
    killGroup(child, 'SIGKILL');
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (isWindows) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: nobody is left in the group, which is what we want.
  }
}

function setHold(child: ChildProcess, hold: 'ref' | 'unref'): void {
  child[hold]();
  child.channel?.[hold]();
  for (const pipe of child.stdio) {
    if (isSocketLike(pipe)) pipe[hold]();
  }
}

/** Child pipes are sockets, though their type says only stream. */
function isSocketLike(pipe: unknown): pipe is { readonly ref: () => void; readonly unref: () => void } {
  return typeof pipe === 'object' && pipe !== null && 'ref' in pipe && 'unref' in pipe;
}

function ignoreSendError(): void {
  // A failed send means that the process is ending; `ended` tells how.
}
