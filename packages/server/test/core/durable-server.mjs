// The server as a process of its own, for the durability test: it has everything loaded and waits for a line on stdin
// that names its folder. Then it listens, says where, and lives until it is killed or nobody holds its stdin any more.
import { createLocalBackend } from '@pipeline/operations';
import { createServer } from '@pipeline/server';

process.stdin.on('end', () => process.exit());
process.stdin.once('data', (line) => void serve(JSON.parse(line.toString())));

async function serve({ dataDir }) {
  const server = await createServer({
    backend: createLocalBackend({ maxHosts: 1 }),
    catalogue: async () => [],
    dataDir,
    keys: [],
    signingSecret: 'secret',
    retentionMs: 3_600_000,
    limits: {
      bodyBytes: 1_000_000,
      uploadBytes: 1_000_000,
      actions: 4,
      openJobs: 1_000_000,
      tasksPerJob: 100,
      jobMs: 3_600_000,
      createdPerMinute: 1_000_000,
    },
    allow: { localFiles: false, command: false },
    mayReach: () => true,
    log: ({ level, ...entry }) => {
      if (level === 'error') process.stderr.write(`${JSON.stringify(entry)}\n`);
    },
    version: 'test',
  });
  process.stdout.write(`${await server.listen({ host: '127.0.0.1', port: 0 })}\n`);
}
