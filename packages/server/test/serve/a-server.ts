/** A whole server in a folder of its own, whose backend does nothing but what a test gives it. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Server, createServer } from '../../src/server.ts';
import type { LogEntry, ServerOptions } from '../../src/server-options.ts';

export interface Started {
  readonly server: Server;
  readonly logged: LogEntry[];
}

export async function aServer(changes: Partial<ServerOptions> = {}): Promise<Started> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'pipeline-service-'));
  const logged: LogEntry[] = [];
  const server = await createServer({
    backend: { name: 'local', load: async () => undefined, close: async () => {} },
    catalogue: async () => [],
    dataDir,
    keys: [],
    signingSecret: 'secret',
    retentionMs: 86_400_000,
    limits: {
      bodyBytes: 1_000_000,
      uploadBytes: 1_000_000,
      actions: 1,
      openJobs: 10,
      tasksPerJob: 10,
      jobMs: 60_000,
      createdPerMinute: 1000,
    },
    allow: { localFiles: false, command: false },
    mayReach: () => false,
    log: (entry) => logged.push(entry),
    version: '1.2.3',
    ...changes,
  });
  onTestFinished(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { server, logged };
}
