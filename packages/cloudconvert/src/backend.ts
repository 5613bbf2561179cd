/**
 * The CloudConvert backend. It learns the plan before the run, so that connected actions become one job, and hears what
 * happens in the run, so that nothing waits for what will never come. Made for one run.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ActionRequest, Backend, JobEvent } from '@pipeline/engine';
import pLimit from 'p-limit';
import { createClient } from './client.ts';
import type { CloudConvertOptions } from './cloudconvert-options.ts';
import { createEvents } from './events.ts';
import { openJournal } from './journal.ts';
import { createLateParts, type LateParts } from './late-parts.ts';
import { PartRun } from './part-run.ts';
import { partsOf } from './parts.ts';
import { remoteOperation } from './remote-operation.ts';
import type { Connection } from './request.ts';
import type { Service } from './service.ts';

export interface CloudConvertSettings extends CloudConvertOptions {
  /** Folder of the journal, absolute: `<project root>/.pipeline/cloudconvert`. */
  readonly journalDir: string;
  /** This machine: holds files that came down to `verify`, and does the little that CloudConvert cannot. */
  readonly local: Pick<Backend, 'load'>;
  readonly wait?: Connection['wait'];
  readonly random?: () => number;
  readonly now?: () => number;
}

export interface CloudConvertBackend extends Backend {
  /** Must be told everything that happens in the run. */
  readonly hear: (event: JobEvent) => void;
}

/** Files on their way at once. */
const transfers = 4;

export function createCloudConvertBackend(settings: CloudConvertSettings): CloudConvertBackend {
  const service = createService(settings);
  const parts = new Set<PartRun>();
  const byAddress = new Map<string, PartRun>();
  const stays = new Map<string, string>();
  let late: LateParts | undefined;
  const partFor = (request: ActionRequest): Promise<PartRun> => {
    if (late === undefined) throw new Error('the backend was not told the plan');
    return late.partFor(request);
  };
  return {
    name: 'cloudconvert',
    load: async (name) =>
      remoteOperation({
        service,
        partOf: (address) => byAddress.get(address),
        partFor,
        stays,
        local: await settings.local.load(name),
      }),
    prepare: (prepared) => {
      late = createLateParts(prepared, service, (part) => void parts.add(part));
      for (const planned of partsOf(prepared, new Set(stays.keys()))) {
        const part = new PartRun(planned, prepared, service);
        parts.add(part);
        for (const { action } of planned.members) byAddress.set(action.address, part);
      }
    },
    hear: (event) => {
      if (event.type !== 'action.finished' || event.status === 'finished') return;
      const isBad = event.status !== 'skipped' && event.is_ignored !== true;
      byAddress.get(event.action)?.lose(event.action, isBad);
    },
    close: async () => {
      // On its way out a process does no more than start this: the journal stays as it is then.
      await Promise.resolve();
      service.events.close();
      await Promise.all([...parts].map((part) => part.close()));
    },
  };
}

function createService(settings: CloudConvertSettings): Service {
  const { apiKey, apiUrl, syncUrl, socketUrl, journalDir, random = Math.random, now = Date.now } = settings;
  const wait = settings.wait ?? waitFor;
  return {
    options: { apiKey, apiUrl, syncUrl, socketUrl },
    client: createClient({ apiKey, apiUrl, syncUrl, wait, random }),
    events: createEvents({ socketUrl, apiKey }),
    journal: openJournal(journalDir, now),
    wait,
    now,
    uploads: pLimit(transfers),
    downloads: pLimit(transfers),
    files: new Map(),
  };
}

const waitFor: Connection['wait'] = async (ms, signal) => {
  await delay(ms, undefined, { signal }).catch(() => undefined);
};
