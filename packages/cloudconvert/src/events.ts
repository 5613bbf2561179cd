/**
 * What CloudConvert tells by itself, over socket.io: changes of jobs and of their tasks. Only a quicker way to learn what
 * polling learns as well: a socket that does not open, or says nothing, costs time and never a result.
 */
import { isJsonObject, type JsonValue } from '@pipeline/schema';
import type { Socket } from 'socket.io-client';
import { readTask, type RemoteTask } from './remote-job.ts';

export interface JobListener {
  readonly onTask: (task: RemoteTask) => void;
  /** It has ended, or something else about it as a whole: time to look. */
  readonly onJob: () => void;
}

export interface Events {
  /** Returns a function that ends it. */
  readonly follow: (jobId: string, listener: JobListener) => () => void;
  readonly close: () => void;
}

const words = ['created', 'updated', 'finished', 'failed'] as const;

export function createEvents({ socketUrl, apiKey }: { socketUrl: string; apiKey: string }): Events {
  const listeners = new Map<string, JobListener>();
  let opening: Promise<Socket> | undefined;
  let isClosed = false;

  const subscribe = (socket: Socket, jobId: string): void => {
    const auth = { headers: { Authorization: `Bearer ${apiKey}` } };
    for (const channel of [`private-job.${jobId}`, `private-job.${jobId}.tasks`])
      socket.emit('subscribe', { channel, auth });
  };
  const open = async (): Promise<Socket> => {
    const { io } = await import('socket.io-client');
    const socket = io(socketUrl, { transports: ['websocket'], reconnectionDelayMax: 30_000 });
    if (isClosed) socket.close();
    // A socket that was away has forgotten its channels.
    socket.on('connect', () => {
      for (const jobId of listeners.keys()) subscribe(socket, jobId);
    });
    for (const word of words) {
      socket.on(`job.${word}`, (channel: unknown) => listeners.get(jobIdOf(channel))?.onJob());
      socket.on(`task.${word}`, (channel: unknown, data: JsonValue) => {
        const task = isJsonObject(data) ? readTask(data['task']) : undefined;
        if (task !== undefined) listeners.get(jobIdOf(channel))?.onTask(task);
      });
    }
    return socket;
  };

  const subscribeSoon = async (opened: Promise<Socket>, jobId: string): Promise<void> => {
    const socket = await opened;
    if (socket.connected) subscribe(socket, jobId);
  };

  return {
    follow: (jobId, listener) => {
      listeners.set(jobId, listener);
      opening ??= open();
      void subscribeSoon(opening, jobId);
      return () => void listeners.delete(jobId);
    },
    close: () => {
      isClosed = true;
      void closeSoon(opening);
    },
  };
}

async function closeSoon(opening: Promise<Socket> | undefined): Promise<void> {
  const socket = await opening;
  socket?.close();
}

/** `private-job.ID` and `private-job.ID.tasks` → `ID` */
const jobIdOf = (channel: unknown): string =>
  typeof channel === 'string' ? channel.replace(/^private-job\./, '').replace(/\.tasks$/, '') : '';
