/**
 * A part of the pipeline as it becomes one job at CloudConvert. It waits until every action that brings files into it has
 * been started here, or never will be; then it sends what is left of it. Actions that start later find their task in it.
 *
 *     gathering ── the last one has come ──▶ starting ──▶ running ──▶ done
 *         └───────────── the run is stopped: the job is deleted ─────────▶ stopped
 */
import type { ActionRequest, Artifact, Failure, JobPlan } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import { err, ok, type Result } from '@pipeline/schema';
import { FollowedJob } from './follow-job.ts';
import {
  type JobInput,
  type JobMember,
  jobRequest,
  type JobRequest,
  type MemberNames,
} from './job-request.ts';
import type { Member, Part } from './parts.ts';
import type { Service } from './service.ts';
import { startJob, uploadFile } from './start-job.ts';

/** One action's place in a job that runs. */
export interface Seat {
  readonly job: FollowedJob;
  readonly names: MemberNames;
  readonly isTaken: boolean;
  /** Why its files did not get there. */
  readonly uploadFailure: () => Failure | undefined;
}

export type Report = (percent: number | null, message?: string) => void;

export class PartRun {
  readonly #members: readonly Member[];
  readonly #plan: JobPlan;
  readonly #service: Service;
  /** Those that bring files in and have not come. */
  readonly #awaited: Set<string>;
  readonly #arrived = new Map<string, ActionRequest>();
  /** Ended without having run; `true`: nobody may do without its files. */
  readonly #lost = new Map<string, boolean>();
  readonly #reports = new Map<string, Report>();
  readonly #uploadFailures = new Map<string, Failure>();
  readonly #stopped = new AbortController();
  readonly #started: Promise<Result<FollowedJob, Failure>>;
  #resolve: (started: Result<FollowedJob, Failure>) => void = () => {};
  #seats = new Map<string, JobMember>();
  #request: JobRequest | undefined;
  #tag: string | undefined;
  #job: FollowedJob | undefined;
  #end: Promise<void> | undefined;
  /** Nobody knows whether the job is there: the next run has to look. */
  #isUncertain = false;

  constructor(part: Part, plan: JobPlan, service: Service) {
    this.#members = part.members;
    this.#plan = plan;
    this.#service = service;
    this.#awaited = new Set(
      part.members.flatMap(({ isLinked, action }) => (isLinked ? [] : [action.address])),
    );
    this.#started = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Its files come from its own part, and need not be here. */
  isLinked(address: string): boolean {
    return this.#members.some(({ action, isLinked }) => isLinked && action.address === address);
  }

  /** It will never run: whatever waits for it goes on without. */
  lose(address: string, isBad: boolean): void {
    if (!this.#awaited.delete(address)) return;
    this.#lost.set(address, isBad);
    this.#startWhenComplete();
  }

  /** Its place in the job, once there is one; undefined: the job has none for it, or for other files than it got. */
  async seat(request: ActionRequest, report: Report): Promise<Result<Seat | undefined, Failure>> {
    const { address } = request;
    this.#reports.set(address, report);
    if (this.#awaited.delete(address)) {
      this.#arrived.set(address, request);
      if (this.#awaited.size > 0) report(null, `waiting for ${this.#awaited.size} more`);
      this.#startWhenComplete();
    }
    const started = await this.#started;
    if (!started.ok) return started;
    const member = this.#seats.get(address);
    const names = this.#request?.names.get(address);
    if (member === undefined || names === undefined || !this.#fits(member, request)) return ok(undefined);
    const uploadFailure = (): Failure | undefined =>
      names.uploads.map((task) => this.#uploadFailures.get(task)).find((found) => found !== undefined);
    return ok({ job: started.value, names, isTaken: member.isTaken, uploadFailure });
  }

  /** Deletes the job, once, and whatever may still become of it. */
  stop(): Promise<void> {
    this.#end ??= this.#stop();
    return this.#end;
  }

  /** The run is over, and all that was to be had from the job has been. */
  async close(): Promise<void> {
    if (this.#tag === undefined || this.#isUncertain || this.#end !== undefined) return;
    this.#job?.stop(failure('cancelled', 'the run is over'));
    await this.#service.journal.remove(this.#tag);
  }

  /** The service could not be asked any more: the job is left to the next run. */
  leave(): void {
    this.#isUncertain = true;
  }

  #startWhenComplete(): void {
    if (this.#awaited.size > 0 || this.#request !== undefined || this.#stopped.signal.aborted) return;
    const members = this.#remaining();
    this.#seats = new Map(members.map((member) => [member.request.address, member]));
    this.#request = jobRequest(members);
    this.#start(this.#request).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#resolve(err(failure('internal', `the job at CloudConvert broke: ${why}`)));
    });
  }

  async #start(request: JobRequest): Promise<void> {
    const { signal } = this.#stopped;
    const tell = (message: string): void => {
      for (const report of this.#reports.values()) report(null, message);
    };
    const onTag = (tag: string): void => {
      this.#tag = tag;
    };
    const started = await startJob(request, { signal, onWait: tell, onTag }, this.#service);
    if (!started.ok) {
      this.#isUncertain = started.error.type === 'network' || started.error.type === 'cancelled';
      this.#resolve(started);
      return;
    }
    const { job } = started.value;
    const followed = new FollowedJob(job, this.#service);
    this.#job = followed;
    // Stopped while it was created: it goes at once, and nobody waits for it.
    this.#resolve(signal.aborted ? err(cancelled()) : ok(followed));
    if (!signal.aborted)
      await Promise.all(request.uploads.map((wanted) => this.#upload(wanted, followed, request)));
  }

  async #upload(wanted: JobRequest['uploads'][number], job: FollowedJob, request: JobRequest): Promise<void> {
    const task = job.task(wanted.task);
    if (task === undefined) return;
    const { signal } = this.#stopped;
    const users = [...request.names].flatMap(([address, { uploads }]) =>
      uploads.includes(wanted.task) ? [address] : [],
    );
    const tell: Report = (percent, message) => {
      for (const address of users) this.#reports.get(address)?.(percent, message);
    };
    const sent = await this.#service.uploads(() =>
      uploadFile(wanted, task, {
        signal,
        service: this.#service,
        onWait: (message) => tell(null, message),
        onProgress: (percent) => tell(percent, `uploading ${wanted.file.name}`),
      }),
    );
    if (signal.aborted) return;
    if (sent.ok) {
      tell(null, 'waiting at CloudConvert');
      job.look();
      return;
    }
    // Otherwise the job would wait for this file, for hours.
    this.#uploadFailures.set(wanted.task, sent.error);
    await this.#service.client.cancelTask(task.id, { signal });
    job.look();
  }

  async #stop(): Promise<void> {
    this.#stopped.abort();
    if (this.#request === undefined) this.#resolve(err(cancelled()));
    await this.#started;
    const { client, journal } = this.#service;
    if (this.#tag === undefined) return;
    this.#job?.stop(cancelled());
    // The answer to its creation may have been on the way.
    const looking = { signal: AbortSignal.timeout(lookMs) };
    const found = this.#job === undefined ? await client.jobOfTag(this.#tag, looking) : ok(this.#job);
    // Left in the journal: should it be there after all, the next run finds it.
    if (!found.ok || found.value === undefined) return;
    const deleted = await client.deleteJob(found.value.id, { signal: AbortSignal.timeout(deleteMs) });
    if (deleted.ok) await journal.remove(this.#tag);
  }

  /** What the run has left of the part. */
  #remaining(): readonly JobMember[] {
    const kept = new Map<string, JobMember>();
    const bad = new Set([...this.#lost].flatMap(([address, isBad]) => (isBad ? [address] : [])));
    for (const member of this.#members) {
      const { address } = member.action;
      const made = member.isLinked ? this.#linked(member, { kept, bad }) : this.#entry(member);
      if (made !== undefined) kept.set(address, made);
      else if (member.isLinked) bad.add(address);
    }
    return [...kept.values()];
  }

  #entry({ action, isTaken }: Member): JobMember | undefined {
    const request = this.#arrived.get(action.address);
    if (request === undefined) return undefined;
    const flowing = request.inputs.map((file): JobInput => ({ type: 'file', file }));
    const given = Object.entries(request.fileInputs).flatMap(([option, files]) =>
      files.map((file): JobInput => ({ type: 'file', file, option })),
    );
    return { request, inputs: [...flowing, ...given], isTaken };
  }

  #linked(
    { action, inputs, isTaken }: Member,
    { kept, bad }: { kept: ReadonlyMap<string, JobMember>; bad: ReadonlySet<string> },
  ): JobMember | undefined {
    const task = this.#plan.pipeline.tasks.get(action.task);
    const { decision, address, variant } = action;
    if (task === undefined || decision.type !== 'run') return undefined;
    if (inputs.some(({ producer }) => producer !== undefined && bad.has(producer.address))) return undefined;
    const found = inputs.flatMap(({ file, producer, option }): JobInput[] => {
      const at = option === undefined ? {} : { option };
      if (producer === undefined) return [{ type: 'file', file, ...at }];
      return kept.has(producer.address) ? [{ type: 'member', address: producer.address, ...at }] : [];
    });
    if (found.every(({ option }) => option !== undefined)) return undefined;
    const request = {
      task,
      address,
      variant,
      inputs: action.inputs,
      fileInputs: {},
      options: decision.options,
    };
    return { request, inputs: found, isTaken };
  }

  /** Whether the task there takes what the action was given here. */
  #fits({ inputs }: JobMember, request: ActionRequest): boolean {
    const given = [...request.inputs, ...Object.values(request.fileInputs).flat()];
    const arrived = this.#arrived.has(request.address);
    return (
      arrived ||
      (given.length === inputs.length && inputs.every((input, at) => this.#isSame(input, given[at])))
    );
  }

  #isSame(input: JobInput, file: Artifact | undefined): boolean {
    if (file === undefined) return false;
    if (input.type === 'file') return input.file.path === file.path;
    const maker = this.#request?.names.get(input.address)?.task ?? '';
    const id = this.#job?.task(maker)?.id;
    return id !== undefined && this.#service.files.get(file.remote ?? '')?.taskId === id;
  }
}

/** Together less than an operation is given to end. Whoever pressed Ctrl-C does not wait long for a line that is dead. */
const lookMs = 3000;
const deleteMs = 5000;

const cancelled = (): Failure => failure('cancelled', 'the job at CloudConvert was cancelled');
