/**
 * From a request to a job that runs: one that an earlier, interrupted run has left for exactly the same is taken over,
 * else one is created, its id on the disk; then files go up. It does not wait for the job.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { failure, type Failure } from '@pipeline/engine';
import { err, ok, type Result } from '@pipeline/schema';
import type { Asking } from './client.ts';
import { hashFile } from './hash-file.ts';
import type { JobRequest, JobUpload } from './job-request.ts';
import { hasEnded, type RemoteJob, type RemoteTask } from './remote-job.ts';
import type { Service } from './service.ts';
import { upload } from './upload.ts';

export interface StartedJob {
  readonly job: RemoteJob;
  readonly tag: string;
}

/** `onTag`: from here on a job may be there. */
export async function startJob(
  request: JobRequest,
  asking: Asking & { readonly onTag: (tag: string) => void },
  service: Service,
): Promise<Result<StartedJob, Failure>> {
  const print = await fingerprint(request, asking.signal, service);
  if (!print.ok) return print;
  const left = await takeOver(print.value, asking, service);
  if (!left.ok) return left;
  if (left.value !== undefined) {
    asking.onTag(left.value.tag);
    return ok(left.value);
  }
  const tag = `pipeline-${randomUUID()}`;
  const entry = { fingerprint: print.value, tag, createdAt: service.now() };
  const written = await guarded(() => service.journal.write(entry));
  if (!written.ok) return written;
  asking.onTag(tag);
  const made = await service.client.createJob({ tag, tasks: request.tasks }, asking);
  if (!made.ok) {
    // Certainly not created: nothing to look for later.
    if (made.error.type !== 'network' && made.error.type !== 'cancelled') await service.journal.remove(tag);
    return made;
  }
  await guarded(() => service.journal.write({ ...entry, id: made.value.id }));
  return ok({ job: made.value, tag });
}

/** What a result depends on. Keyed, so that nobody can try out what a password in it might be. */
async function fingerprint(
  { tasks, uploads }: JobRequest,
  signal: AbortSignal,
  { options, uploads: limit }: Service,
): Promise<Result<string, Failure>> {
  try {
    const files = await Promise.all(
      uploads.map(async ({ task, file }) => [
        task,
        file.name,
        file.sha256 ?? (await limit(() => hashFile(file.path, signal))),
      ]),
    );
    const key = options.apiKey === '' ? 'pipeline' : options.apiKey;
    const text = JSON.stringify([options.apiUrl, tasks, files]);
    return ok(createHmac('sha256', key).update(text).digest('hex'));
  } catch (error) {
    return err(failure('not-found', `a file cannot be read: ${messageOf(error)}`));
  }
}

async function takeOver(
  print: string,
  asking: Asking,
  { journal, client }: Service,
): Promise<Result<StartedJob | undefined, Failure>> {
  const entry = await journal.takeOver(print);
  if (entry === undefined) return ok(undefined);
  const { tag, id } = entry;
  const found = id === undefined ? await client.jobOfTag(tag, asking) : await client.job(id, asking);
  if (!found.ok && found.error.type !== 'not-found') return found;
  const job = found.ok ? found.value : undefined;
  // What went wrong there is to be tried anew.
  if (job === undefined || job.tasks.some(({ status }) => status === 'error')) {
    await journal.remove(tag);
    return ok(undefined);
  }
  return ok({ job, tag });
}

async function guarded(write: () => Promise<void>): Promise<Result<undefined, Failure>> {
  try {
    await write();
    return ok(undefined);
  } catch (error) {
    return err(
      failure('write-failed', `the journal of jobs at CloudConvert cannot be written: ${messageOf(error)}`, {
        hint: 'is the disk full, or the folder .pipeline read-only? Without it an interrupted run would pay twice',
      }),
    );
  }
}

const uploadAttempts = 5;

/** Sends a file, unless it is there. When a line breaks, the task is looked at first: the file may have arrived. */
export async function uploadFile(
  { file }: JobUpload,
  waiting: RemoteTask,
  going: Asking & { readonly onProgress: (percent: number) => void; readonly service: Service },
): Promise<Result<undefined, Failure>> {
  const { signal, onProgress, service } = going;
  let task = waiting;
  for (let attempt = 1; ; attempt += 1) {
    if (task.status !== 'waiting') return ok(undefined);
    if (task.form === undefined) {
      // A list of jobs may leave it out.
      const seen = await service.client.task(task.id, { signal });
      if (!seen.ok) return seen;
      task = seen.value;
    }
    if (task.form === undefined)
      return hasEnded(task) || task.status === 'processing' ? ok(undefined) : err(noForm(file.name));
    const { form } = task;
    const size = await stat(file.path).catch(() => undefined);
    if (size === undefined)
      return err(failure('not-found', `${JSON.stringify(file.name)} is not there any more`));
    const { path, name } = file;
    const sent = await upload({ form, path, name, sizeBytes: size.size, signal, onProgress });
    if (sent.ok) return sent;
    if (signal.aborted)
      return err(failure('cancelled', `the upload of ${JSON.stringify(name)} was cancelled`));
    if (!sent.error.isTransient || attempt >= uploadAttempts) return sent;
    going.onWait?.(`${sent.error.message}: trying again`);
    await service.wait(500 * 2 ** attempt, signal);
    const seen = await service.client.task(task.id, { signal });
    if (!seen.ok) return seen;
    task = seen.value;
  }
}

const noForm = (name: string): Failure =>
  failure('network', `CloudConvert gives no place to upload ${JSON.stringify(name)} to`, {
    isTransient: false,
  });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
