// `pipeline serve` as people start it, with the converters that come along, and the official SDK sent to it: its code is
// as it comes from npm, only its fixed hosts lead here.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import CloudConvert from 'cloudconvert';

const bin = fileURLToPath(new URL('../../../cli/bin/pipeline.js', import.meta.url));

export const signingSecret = 'a-secret-for-signatures';

export type KeyName = 'ann' | 'bob' | 'reader' | 'nobody';
const keyOf = (name: KeyName): string => `key-of-${name}-0123456789`;
/** The reader is Ann too, with a key that may do less. */
const keys = `${keyOf('ann')} ann\n${keyOf('bob')} bob\n${keyOf('reader')} ann task.read\n`;

export interface Place {
  readonly url: string;
  readonly client: (key?: KeyName, kind?: 'live' | 'sandbox') => CloudConvert;
  /** Without the SDK, as Ann: whatever a client may send. */
  readonly raw: (method: string, path: string, body?: unknown) => Promise<Response>;
  readonly close: () => Promise<void>;
}

export async function startPlace(): Promise<Place> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-sdk-'));
  const keyFile = path.join(folder, 'keys.txt');
  writeFileSync(keyFile, keys);
  const server = spawn(
    process.execPath,
    [bin, 'serve', '--quiet', '--allow-private-network', '--port=0', '--grace=1s'].concat(
      `--data-dir=${path.join(folder, 'data')}`,
      `--api-keys=${keyFile}`,
      `--signing-secret=${signingSecret}`,
    ),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const url = await listening(server);
  const undo = reroute(url);
  const clients = new Set<CloudConvert>();
  return {
    url,
    client: (key = 'ann', kind = 'live') => {
      const client = new CloudConvert(keyOf(key), kind === 'sandbox');
      clients.add(client);
      return client;
    },
    raw: (method, target, body) =>
      fetch(`${url}${target}`, {
        method,
        redirect: 'manual',
        headers: {
          authorization: `Bearer ${keyOf('ann')}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    close: async () => {
      undo();
      for (const client of clients) client.closeSocket();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      const code = await ended;
      rmSync(folder, { recursive: true, force: true });
      if (code !== 0) throw new Error(`pipeline serve ended with ${String(code)}`);
    },
  };
}

function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const url = /listening on (\S+)\n/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
    server.once('exit', (code) => reject(new Error(`pipeline serve ended with ${String(code)}: ${text}`)));
  });
}

/** The SDK asks `fetch` and `io` for hosts that are written in its code. */
function reroute(url: string): () => void {
  const realFetch = globalThis.fetch;
  globalThis.fetch = (target, init) =>
    realFetch(target instanceof URL ? rerouted(target, url) : target, init);
  const socketClient = createRequire(createRequire(import.meta.url).resolve('cloudconvert'))(
    'socket.io-client',
  );
  const realIo = socketClient.io;
  socketClient.io = (target: string, options: object) =>
    realIo(/^https:\/\/socketio(?:\.sandbox)?\.cloudconvert\.com$/.test(target) ? url : target, {
      ...options,
      forceNew: true,
    });
  return () => {
    globalThis.fetch = realFetch;
    socketClient.io = realIo;
  };
}

function rerouted(target: URL, url: string): URL {
  const host = /^(?:(?!sync\.)[a-z-]+\.)?(sync\.)?api(?:\.sandbox)?\.cloudconvert\.com$/.exec(target.host);
  if (host === null) return target;
  return new URL(`${host[1] === undefined ? '' : '/sync'}${target.pathname}${target.search}`, url);
}
