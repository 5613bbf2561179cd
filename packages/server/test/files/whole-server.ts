/** A whole server on a real socket, with the local backend: what clients see, from the first request to the file. */
import { createLocalBackend } from '@pipeline/operations';
import { onTestFinished } from 'vitest';
import type { ServerOptions } from '../../src/server-options.ts';
import { createServer, type Server } from '../../src/server.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface WholeServer {
  readonly server: Server;
  readonly base: string;
  readonly close: () => Promise<void>;
}

export async function startWholeServer(change: Partial<ServerOptions> = {}): Promise<WholeServer> {
  const dataDir = change.dataDir ?? temporaryFolder();
  const server = await createServer({
    backend: createLocalBackend({ maxHosts: 1 }),
    catalogue: async () => [],
    dataDir,
    keys: [],
    signingSecret: 'secret',
    retentionMs: 86_400_000,
    limits: {
      bodyBytes: 1_000_000,
      uploadBytes: 10_000_000,
      actions: 2,
      openJobs: 100,
      tasksPerJob: 10,
      jobMs: 60_000,
      createdPerMinute: 1000,
    },
    allow: { localFiles: false, command: false },
    mayReach: () => false,
    log: () => {},
    version: '1.2.3',
    ...change,
  });
  const base = await server.listen({ host: '127.0.0.1', port: 0 });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= server.close());
  onTestFinished(close);
  return { server, base, close };
}
