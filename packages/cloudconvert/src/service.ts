/** What everything that talks to CloudConvert in one run shares. */
import type { LimitFunction } from 'p-limit';
import type { Client } from './client.ts';
import type { CloudConvertOptions } from './cloudconvert-options.ts';
import type { Events } from './events.ts';
import type { Journal } from './journal.ts';
import type { RemoteFile } from './remote-job.ts';
import type { Connection } from './request.ts';

export interface Service {
  readonly options: CloudConvertOptions;
  readonly client: Client;
  readonly events: Events;
  readonly journal: Journal;
  readonly wait: Connection['wait'];
  readonly now: () => number;
  /** Files on their way up, and down. */
  readonly uploads: LimitFunction;
  readonly downloads: LimitFunction;
  /** What artifacts that are only there are, by their `remote`. */
  readonly files: Map<string, KeptFile>;
}

export interface KeptFile {
  readonly taskId: string;
  readonly file: RemoteFile;
}

/** Readable, as it shows in events. */
export const remoteId = (taskId: string, name: string): string => `cloudconvert:${taskId}/${name}`;
