/**
 * The part of CloudConvert's API that the backend uses. A job is created once, whatever happens on the line: it carries a
 * tag that no other job has, and is looked up by it before it is created again. It knows no pipeline and no files.
 */
import { failure, type Failure } from '@pipeline/engine';
import { err, isJsonObject, type JsonObject, type JsonValue, ok, type Result } from '@pipeline/schema';
import { listOf, readJob, readTask, type RemoteJob, type RemoteTask } from './remote-job.ts';
import { type ApiCall, type Connection, request } from './request.ts';

export interface Asking {
  readonly signal: AbortSignal;
  readonly onWait?: (message: string) => void;
}

export interface NewJob {
  /** Unique. */
  readonly tag: string;
  readonly tasks: JsonObject;
}

export interface Client {
  readonly createJob: (job: NewJob, asking: Asking) => Promise<Result<RemoteJob, Failure>>;
  readonly job: (id: string, asking: Asking) => Promise<Result<RemoteJob, Failure>>;
  /** Undefined: there is none. */
  readonly jobOfTag: (tag: string, asking: Asking) => Promise<Result<RemoteJob | undefined, Failure>>;
  /** Fine when it is gone already. */
  readonly deleteJob: (id: string, asking: Asking) => Promise<Result<undefined, Failure>>;
  /** Best effort: it may have ended. */
  readonly cancelTask: (id: string, asking: Asking) => Promise<void>;
  readonly task: (id: string, asking: Asking) => Promise<Result<RemoteTask, Failure>>;
  /** The same, answered when it has ended; the failure of a server without this is no more than that. */
  readonly endedTask: (id: string, asking: Asking) => Promise<Result<RemoteTask, Failure>>;
  /** A task of its own that gives addresses to the files of another one. */
  readonly exportTask: (id: string, asking: Asking) => Promise<Result<RemoteTask, Failure>>;
}

export function createClient(connection: Connection): Client {
  const call = (asked: ApiCall): Promise<Result<JsonValue, Failure>> => request(asked, connection);
  const jobOfTag: Client['jobOfTag'] = async (tag, asking) => {
    const path = `/jobs?filter[tag]=${encodeURIComponent(tag)}&include=tasks&per_page=10`;
    const answer = await call({ method: 'GET', path, ...asking });
    if (!answer.ok) return answer;
    // A server that does not know the filter lists others as well.
    const jobs = listOf(dataOf(answer.value)).flatMap((job) => readJob(job) ?? []);
    return ok(jobs.find((job) => job.tag === tag));
  };
  return {
    createJob: async ({ tag, tasks }, asking) => {
      const findAnswer = async (): Promise<Result<JsonValue | undefined, Failure>> => {
        const found = await jobOfTag(tag, asking);
        if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
        return call({ method: 'GET', path: `/jobs/${found.value.id}`, ...asking });
      };
      const body = { tag, tasks };
      return read(await call({ method: 'POST', path: '/jobs', body, findAnswer, ...asking }), readJob);
    },
    job: async (id, asking) => read(await call({ method: 'GET', path: `/jobs/${id}`, ...asking }), readJob),
    jobOfTag,
    deleteJob: async (id, asking) => {
      const answer = await call({ method: 'DELETE', path: `/jobs/${id}`, ...asking });
      return answer.ok || answer.error.type === 'not-found' ? ok(undefined) : answer;
    },
    cancelTask: async (id, asking) => {
      await call({ method: 'POST', path: `/tasks/${id}/cancel`, ...asking });
    },
    task: async (id, asking) =>
      read(await call({ method: 'GET', path: `/tasks/${id}`, ...asking }), readTask),
    endedTask: async (id, asking) =>
      read(await call({ method: 'GET', path: `/tasks/${id}`, host: 'sync', ...asking }), readTask),
    exportTask: async (id, asking) =>
      read(await call({ method: 'POST', path: '/export/url', body: { input: [id] }, ...asking }), readTask),
  };
}

const dataOf = (value: JsonValue): JsonValue | undefined => (isJsonObject(value) ? value['data'] : undefined);

function read<T>(
  answer: Result<JsonValue, Failure>,
  reader: (value: JsonValue | undefined) => T | undefined,
): Result<T, Failure> {
  if (!answer.ok) return answer;
  const value = reader(dataOf(answer.value));
  return value === undefined
    ? err(
        failure('network', 'CloudConvert answered with something else than was asked for', {
          isTransient: false,
        }),
      )
    : ok(value);
}
