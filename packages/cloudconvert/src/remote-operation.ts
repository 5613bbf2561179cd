/**
 * An operation that CloudConvert does: the plan names its files, the run finds its task in the job of its part, shows how
 * far it is, and brings down what is needed here. It knows no HTTP.
 */
import type {
  ActionRequest,
  Artifact,
  Failure,
  Operation,
  OperationContext,
  OperationResult,
  OutputFile,
} from '@pipeline/engine';
import { failure, safeDir, safeName } from '@pipeline/engine';
import { err, ok, type Result } from '@pipeline/schema';
import { bringDown, exportFiles, fetchArtifact } from './bring-down.ts';
import type { PartRun, Seat } from './part-run.ts';
import { plannedFiles } from './planned-names.ts';
import { planMistake } from './plan-mistake.ts';
import { taskFailure } from './remote-failure.ts';
import type { RemoteFile, RemoteTask } from './remote-job.ts';
import { remoteId, type Service } from './service.ts';
import { whyHere } from './why-here.ts';

export interface Around {
  readonly service: Service;
  /** The part that was planned for it. */
  readonly partOf: (address: string) => PartRun | undefined;
  /** One that is made for it, and for others that come at the same moment. */
  readonly partFor: (request: ActionRequest) => Promise<PartRun>;
  /** Addresses of actions that are done here, and why. */
  readonly stays: Map<string, string>;
  /** Of this machine: does what stays here, and holds what came down to `verify`. */
  readonly local: Operation | undefined;
}

export function remoteOperation(around: Around): Operation {
  const { local } = around;
  return {
    plan: async (request, context) => {
      const why = local === undefined ? undefined : await whyHere(request);
      if (local !== undefined && why !== undefined) {
        around.stays.set(request.address, why);
        return local.plan(request, context);
      }
      const mistake = planMistake(request);
      if (mistake !== undefined) return err(mistake);
      const outputs = plannedFiles(request);
      return ok(outputs === undefined ? {} : { outputs });
    },
    run: (request, context) =>
      around.stays.has(request.address) && local !== undefined
        ? runHere(local, { request, context, around })
        : runRemote({ request, context, around }),
    ...(local?.verify !== undefined && { verify: local.verify }),
  };
}

interface Run {
  readonly request: ActionRequest;
  readonly context: OperationContext;
  readonly around: Around;
}

async function runHere(local: Operation, run: Run): Promise<Result<OperationResult, Failure>> {
  const request = await withLocalFiles(run, false);
  if (!request.ok) return request;
  const made = await local.run(request.value, run.context);
  if (!made.ok) return made;
  const words = [run.around.stays.get(run.request.address), made.value.message].filter(
    (text) => text !== undefined,
  );
  return ok({ ...made.value, message: words.join('. ') });
}

async function runRemote(run: Run): Promise<Result<OperationResult, Failure>> {
  const { request, context, around } = run;
  const planned = context.attempt === 1 ? around.partOf(request.address) : undefined;
  const local = await withLocalFiles(run, planned?.isLinked(request.address) === true);
  if (!local.ok) return local;
  const here = { ...run, request: local.value };
  if (planned !== undefined) {
    const done = await runIn(planned, here);
    if (done !== undefined) return done;
  }
  const own = await withLocalFiles(run, false);
  if (!own.ok) return own;
  const alone = await runIn(await around.partFor(request), { ...run, request: own.value });
  return alone ?? err(failure('internal', `${request.address} found no place in a job of its own`));
}

/** Undefined: there is no place for it in this part. */
async function runIn(part: PartRun, run: Run): Promise<Result<OperationResult, Failure> | undefined> {
  const { request, context, around } = run;
  const { signal } = context;
  const aborted = new Promise<'aborted'>((resolve) => {
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
    if (signal.aborted) resolve('aborted');
  });
  let seat: Seat | undefined;
  const work = async (): Promise<Result<OperationResult, Failure> | undefined> => {
    const found = await part.seat(request, context.progress);
    if (!found.ok) return found;
    seat = found.value;
    return seat === undefined ? undefined : follow(seat, part, run);
  };
  const result = await Promise.race([work(), aborted]);
  if (result !== 'aborted') return result;
  part.lose(request.address, true);
  if (isTimeout(signal) && seat !== undefined) {
    const task = seat.job.task(seat.names.task);
    const asking = { signal: AbortSignal.timeout(5000) };
    if (task !== undefined) await around.service.client.cancelTask(task.id, asking);
  } else if (!isTimeout(signal)) await part.stop();
  return err(failure('cancelled', `${request.address} was cancelled`));
}

const isTimeout = ({ reason }: AbortSignal): boolean =>
  reason instanceof DOMException && reason.name === 'TimeoutError';

async function follow(seat: Seat, part: PartRun, run: Run): Promise<Result<OperationResult, Failure>> {
  const { request, context } = run;
  const ended = await seat.job.ended(seat.names.task, ({ status, percent, message }) => {
    if (status === 'processing') context.progress(percent, message);
  });
  if (!ended.ok) {
    if (ended.error.type === 'network') part.leave();
    return ended;
  }
  const task = ended.value;
  if (task.status === 'error') return err(seat.uploadFailure() ?? taskFailure(task, request.address));
  const outputs = await outputsOf(task, seat, run);
  if (!outputs.ok) return outputs;
  const { engine, engineVersion, message, credits, result } = task;
  return ok({
    outputs: outputs.value,
    ...(engine !== undefined && { converter: { name: engine, version: engineVersion ?? '' } }),
    ...(message !== undefined && { message }),
    ...(credits !== undefined && { credits }),
    ...(Object.keys(result).length > 0 && { result }),
  });
}

async function outputsOf(
  task: RemoteTask,
  seat: Seat,
  run: Run,
): Promise<Result<readonly OutputFile[], Failure>> {
  const { request, context, around } = run;
  const { service } = around;
  const planned = plannedFiles(request);
  const isAsPlanned = planned !== undefined && planned.length === task.files.length;
  const kept = task.files.map((file) => remoteId(task.id, file.name));
  for (const [at, file] of task.files.entries()) service.files.set(kept[at] ?? '', { taskId: task.id, file });
  const named = (file: RemoteFile, index: number): Pick<OutputFile, 'dir' | 'name'> =>
    (isAsPlanned ? matching(file, index, planned) : undefined) ?? placeOf(file, request.inputs);
  const isEnd = request.task.operation.startsWith('export/');
  if (isEnd || (!seat.isTaken && (isAsPlanned || planned === undefined)) || task.files.length === 0) {
    return ok(
      task.files.map((file, index) => ({
        ...named(file, index),
        path: '',
        remote: kept[index] ?? '',
        sizeBytes: file.sizeBytes ?? 0,
        ...(file.url !== undefined && { url: file.url }),
      })),
    );
  }
  const place = { ...context, address: request.address };
  const exported = await exportedFiles(task, seat, run);
  if (!exported.ok) return exported;
  const paths = await bringDown(exported.value, place, service);
  if (!paths.ok) return paths;
  return ok(
    exported.value.map((file, index) => {
      const at = task.files.findIndex(({ name }) => name === file.name);
      return { ...named(file, index), path: paths.value[index] ?? '', remote: kept[at] ?? kept[index] ?? '' };
    }),
  );
}

async function exportedFiles(
  task: RemoteTask,
  seat: Seat,
  { request, context, around }: Run,
): Promise<Result<readonly RemoteFile[], Failure>> {
  const name = seat.names.export;
  if (name === undefined)
    return exportFiles(task.id, { ...context, address: request.address }, around.service);
  const ended = await seat.job.ended(name, () => context.progress(100, 'preparing the download'));
  if (!ended.ok) return ended;
  return ended.value.status === 'finished'
    ? ok(ended.value.files)
    : err(taskFailure(ended.value, request.address));
}

/** CloudConvert may write a name in another way; the number of files decides. */
function matching(
  file: RemoteFile,
  index: number,
  planned: readonly Pick<OutputFile, 'dir' | 'name'>[],
): Pick<OutputFile, 'dir' | 'name'> | undefined {
  const same = planned.filter(({ name }) => name === file.name);
  const [only] = same;
  const found = same.length === 1 && only !== undefined ? only : planned[index];
  return found === undefined ? undefined : { dir: found.dir, name: found.name };
}

function placeOf({ name, dir }: RemoteFile, inputs: readonly Artifact[]): Pick<OutputFile, 'dir' | 'name'> {
  const [first] = inputs;
  const own = inputs.length === 1 && first !== undefined ? first.dir : '';
  return { dir: safeDir(dir === '' ? own : own === '' ? dir : `${own}/${dir}`), name: safeName(name) };
}

const isFar = ({ path }: Artifact): boolean => path === '';

/** What lies only at CloudConvert, in another job, comes down first; in its own part it stays. */
async function withLocalFiles(
  { request, context, around }: Run,
  mayStay: boolean,
): Promise<Result<ActionRequest, Failure>> {
  if (mayStay || ![...request.inputs, ...Object.values(request.fileInputs).flat()].some(isFar))
    return ok(request);
  let count = 0;
  const fetchAll = async (files: readonly Artifact[]): Promise<Result<readonly Artifact[], Failure>> => {
    const found: Artifact[] = [];
    for (const file of files) {
      count += 1;
      const place = { ...context, address: request.address, workDir: `${context.workDir}/input-${count}` };
      const fetched = await fetchArtifact(file, place, around.service);
      if (!fetched.ok) return fetched;
      found.push(fetched.value);
    }
    return ok(found);
  };
  const inputs = await fetchAll(request.inputs);
  if (!inputs.ok) return inputs;
  const fileInputs: Record<string, readonly Artifact[]> = {};
  for (const [option, files] of Object.entries(request.fileInputs)) {
    const fetched = await fetchAll(files);
    if (!fetched.ok) return fetched;
    fileInputs[option] = fetched.value;
  }
  return ok({ ...request, inputs: inputs.value, fileInputs });
}
