/** Files at CloudConvert that are needed here: those of an export, and those of a task that nobody thought to export. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Artifact, failure, type Failure, safeName } from '@pipeline/engine';
import { err, ok, type Result } from '@pipeline/schema';
import { download, removePartial } from './download.ts';
import { hasEnded, type RemoteFile, type RemoteTask } from './remote-job.ts';
import { taskFailure } from './remote-failure.ts';
import type { Service } from './service.ts';

export interface BringDown {
  readonly address: string;
  readonly workDir: string;
  readonly signal: AbortSignal;
  readonly progress: (percent: number | null, message?: string) => void;
}

/** The paths of the files of an `export/url` that has finished, in their order. */
export async function bringDown(
  files: readonly RemoteFile[],
  { address, workDir, signal, progress }: BringDown,
  service: Service,
): Promise<Result<readonly string[], Failure>> {
  const shares = files.map(() => 0);
  const downloads = files.map(async (file, index): Promise<Result<string, Failure>> => {
    const { url, name, sizeBytes } = file;
    if (url === undefined) return err(noAddress(address, name));
    const folder = path.join(workDir, String(index + 1));
    await mkdir(folder, { recursive: true });
    const target = path.join(folder, safeName(name));
    const onProgress = (percent: number): void => {
      shares[index] = percent / files.length;
      progress(
        shares.reduce((sum, share) => sum + share, 0),
        'downloading',
      );
    };
    const wanted = { url, path: target, name, sizeBytes, signal, onProgress, wait: service.wait };
    const fetched = await service.downloads(() => download(wanted));
    if (!fetched.ok) await removePartial(target);
    return fetched.ok ? ok(target) : fetched;
  });
  const done = await Promise.all(downloads);
  const paths: string[] = [];
  for (const one of done) {
    if (!one.ok) return one;
    paths.push(one.value);
  }
  return ok(paths);
}

/** By a task of its own: for what was to stay there. */
export async function exportFiles(
  taskId: string,
  { address, signal, progress }: BringDown,
  service: Service,
): Promise<Result<readonly RemoteFile[], Failure>> {
  const asking = { signal, onWait: (message: string): void => progress(null, message) };
  const made = await service.client.exportTask(taskId, asking);
  if (!made.ok) return made;
  const waited = hasEnded(made.value) ? made : await service.client.endedTask(made.value.id, { signal });
  let task: RemoteTask = waited.ok ? waited.value : made.value;
  for (let delayMs = 300; !hasEnded(task); delayMs = Math.min(delayMs * 1.5, 5000)) {
    await service.wait(delayMs, signal);
    const seen = await service.client.task(task.id, asking);
    if (!seen.ok) return seen;
    task = seen.value;
  }
  return task.status === 'finished' ? ok(task.files) : err(taskFailure(task, address));
}

/** The artifact with a path on this machine. */
export async function fetchArtifact(
  artifact: Artifact,
  place: BringDown,
  service: Service,
): Promise<Result<Artifact, Failure>> {
  if (artifact.path !== '') return ok(artifact);
  const kept = service.files.get(artifact.remote ?? '');
  if (kept === undefined) return err(noAddress(place.address, artifact.name));
  const files = await exportFiles(kept.taskId, place, service);
  if (!files.ok) return files;
  const file = files.value.find(({ name }) => name === kept.file.name) ?? files.value[0];
  if (file === undefined) return err(noAddress(place.address, artifact.name));
  const paths = await bringDown([file], place, service);
  return paths.ok ? ok({ ...artifact, path: paths.value[0] ?? '' }) : paths;
}

const noAddress = (address: string, name: string): Failure =>
  failure('converter-failed', `${address}: CloudConvert gave no address for ${JSON.stringify(name)}`);
