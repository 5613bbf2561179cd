/**
 * Starting the built command and watching it from outside: process groups, a server on loopback, files of a folder.
 * For tests that scripts cannot express.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { type Server, type ServerResponse, type IncomingMessage, createServer } from 'node:http';
import path from 'node:path';
import { bin, cleanEnvironment } from './script.ts';

export function writeFileIn(folder: string, name: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
}

/** A pipeline that needs no converter and no network. */
export const copyPipeline: string = `name: copy
tasks:
  text: { operation: import/raw, file: Hello, filename: hello.txt }
  out: { operation: export/local, input: text, path: out }
`;

/** One file is written early, another has to come from a server. */
export function downloadPipeline(origin: string, more = ''): string {
  return `name: download
tasks:
  text: { operation: import/raw, file: Hello, filename: hello.txt }
  early: { operation: export/local, input: text, path: early }
  file: { operation: import/url, url: "${origin}/big.bin"${more} }
  out: { operation: export/local, input: file, path: out }
`;
}

/** What a run must not leave behind: all but what the next one is to know. */
export function leftBehind(folder: string): readonly string[] {
  const state = path.join(folder, '.pipeline');
  const files = existsSync(state) ? readdirSync(state, { recursive: true, encoding: 'utf8' }) : [];
  return files.filter(
    (name) => name !== 'work' && !/^(?:\.gitignore|cache|manifests|runs)(?:\/|$)/.test(name),
  );
}

export interface Running {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number | string>;
}

/** In a process group of its own, so that a signal can reach all of it, as from a terminal. */
export function start(
  args: readonly string[],
  {
    cwd: folder,
    env = {},
    command = [],
  }: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    /** What starts it. */
    readonly command?: readonly string[];
  },
): Running {
  const [program = '', ...rest] = [...command, process.execPath, bin, ...args];
  const child = spawn(program, rest, {
    cwd: folder,
    env: { ...cleanEnvironment(folder), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([code, signal]: (number | string)[]) => code ?? signal ?? -1);
  return { child, output, ended };
}

export function signalGroup({ child }: Running, signal: NodeJS.Signals): void {
  process.kill(-(child.pid ?? Number.NaN), signal);
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** On loopback, for as long as the call takes. */
export async function withServer(
  handler: Handler,
  use: (origin: string, server: Server) => Promise<void>,
): Promise<void> {
  const server = createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  try {
    await use(`http://127.0.0.1:${address.port}`, server);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A server that never answers. */
export const hangs: Handler = () => {};
