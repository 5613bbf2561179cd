/**
 * Nothing that was started may outlive us, `kill -9` included. One small process holds the other end of a pipe and the
 * list of our process groups; when the pipe breaks, it kills them all. It is started with the first program.
 */
import { tmpdir } from 'node:os';
import { startProcess } from '../process.ts';
import type { RunningProcess } from '../process.ts';

/** Runs in the reaper. `disconnect` comes when we are gone, however we went. */
const script = `
const groups = new Set();
process.on('message', ([verb, group]) => (verb === 'watch' ? groups.add(group) : groups.delete(group)));
process.on('disconnect', () => {
  for (const group of groups) { try { process.kill(-group, 'SIGKILL'); } catch {} }
  process.exit();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
`;

let reaper: RunningProcess | undefined;

/** Kills the group of this process should we die; call what it returns when the process has ended. */
export function killWithUs(group: number): () => void {
  reaper ??= start();
  reaper.send(['watch', group]);
  return () => void reaper?.send(['forget', group]);
}

function start(): RunningProcess {
  const started = startProcess({
    command: process.execPath,
    args: ['-e', script],
    cwd: tmpdir(),
    graceMs: 0,
    onMessage: () => undefined,
  });
  started.release();
  void started.ended.finally(() => {
    reaper = undefined;
  });
  return started;
}

/** At the end of a run: nothing is left to be killed. */
export async function closeReaper(): Promise<void> {
  // While it is released, nothing would keep us alive until it is gone.
  reaper?.hold();
  await reaper?.stop();
}
