/**
 * CloudConvert's events over socket.io: clients subscribe to channels and hear of jobs and tasks. What has ended before
 * somebody subscribed is told again at once, because a client that waits for the end would wait for ever. It changes
 * nothing, and lets nobody know whether a job that is not theirs is there.
 */
import type { Server as HttpServer, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { JsonObject } from '@pipeline/schema';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { channelsOf, endsSoFar, isEnd, isOver, mayHear, parseChannel } from './channel.ts';
import type { Channel } from './channel.ts';
import type { JobStore } from './job-store.ts';
import type { Change, StoredJob, StoredTask } from './job.ts';
import type { ApiKey } from './server-options.ts';

export interface SocketParts {
  readonly httpServer: HttpServer;
  readonly store: Pick<JobStore, 'job' | 'task' | 'tasksOf' | 'listen'>;
  /** By the value of an `Authorization` header; undefined: it opens nothing. */
  readonly authenticate: (authorization: string | undefined) => ApiKey | undefined;
  /** Without keys whoever reaches the server may use it, but not as a page of another site that somebody visits. */
  readonly isForeign?: (headers: IncomingHttpHeaders) => boolean;
  /** Under which address a client sees the server, by the request that it opened the connection with. */
  readonly baseUrl: (request: IncomingMessage) => string;
  readonly show: ShownResources;
  readonly limits?: Partial<SocketLimits>;
}

/** CloudConvert's JSON; links begin with the given address. */
export interface ShownResources {
  readonly job: (job: StoredJob, baseUrl: string) => JsonObject;
  readonly task: (task: StoredTask, baseUrl: string) => JsonObject;
}

export interface SocketLimits {
  readonly sockets: number;
  /** Then a socket without a subscription may be closed to let another one in. */
  readonly silentMs: number;
  /** To what may still be told of. */
  readonly subscriptionsPerSocket: number;
  /** Of one message from a client. */
  readonly messageBytes: number;
  /** Messages that a slow client has not taken yet; beyond, progress is left out for it. */
  readonly waitingMessages: number;
  /** Then the connection is closed: somebody guesses keys or ids. */
  readonly refusals: number;
}

const defaultLimits: SocketLimits = {
  sockets: 5000,
  silentMs: 60_000,
  subscriptionsPerSocket: 1000,
  messageBytes: 16_384,
  waitingMessages: 100,
  refusals: 50,
};

export interface Sockets {
  readonly count: () => number;
  readonly close: () => void;
}

interface Subscription {
  readonly socket: Socket;
  readonly name: string;
  readonly channel: Channel;
  readonly baseUrl: string;
  /** Whose end this client has heard of already: it is not told twice. */
  readonly toldEnds: Set<string>;
}

interface Room {
  readonly parts: SocketParts;
  readonly limits: SocketLimits;
  readonly subscriptions: Map<string, Set<Subscription>>;
  /** Those that hear nothing, the oldest first: they may have no key. */
  readonly silent: Set<Socket>;
}

export function openSockets(parts: SocketParts): Sockets {
  const limits = { ...defaultLimits, ...parts.limits };
  const room: Room = { parts, limits, subscriptions: new Map(), silent: new Set() };
  const server = new Server(parts.httpServer, {
    path: '/socket.io/',
    serveClient: false,
    maxHttpBufferSize: limits.messageBytes,
    // Keys are sent in messages, not as cookies: a page gains nothing by its visitor.
    cors: parts.isForeign === undefined ? { origin: '*' } : {},
    allowRequest: ({ headers }, decide) => {
      const hasRoom = server.engine.clientsCount < limits.sockets || makeRoom(room);
      decide(null, hasRoom && parts.isForeign?.(headers) !== true);
    },
  });
  server.on('connection', (socket) => new Client(socket, room));
  const stop = parts.store.listen((change) => tell(change, room));
  return {
    count: () => server.engine.clientsCount,
    close: () => {
      stop();
      server.disconnectSockets(true);
      // Not `server.close()`: the HTTP server belongs to somebody else.
      server.engine.close();
    },
  };
}

/** Who has connected long ago and listens to nothing gives way, before nobody is let in any more. */
function makeRoom({ silent, limits }: Room): boolean {
  const [oldest] = silent;
  if (oldest === undefined || Date.now() - oldest.handshake.issued < limits.silentMs) return false;
  silent.delete(oldest);
  oldest.disconnect(true);
  return true;
}

class Client {
  readonly #socket: Socket;
  readonly #room: Room;
  readonly #own = new Map<string, Subscription>();
  #refusals = 0;

  constructor(socket: Socket, room: Room) {
    this.#socket = socket;
    this.#room = room;
    room.silent.add(socket);
    socket.on('subscribe', (message: unknown) => this.#subscribe(message));
    socket.on('unsubscribe', (message: unknown) => this.#unsubscribe(channelName(message)));
    socket.on('disconnect', () => {
      for (const name of this.#own.keys()) this.#unsubscribe(name);
      room.silent.delete(socket);
    });
  }

  #subscribe(message: unknown): void {
    const name = channelName(message);
    if (name === undefined || this.#own.has(name)) return;
    const channel = parseChannel(name);
    const { parts, limits } = this.#room;
    const key = parts.authenticate(authorizationOf(message));
    if (channel === undefined || key === undefined || !mayHear(channel, key, parts.store)) {
      this.#refuse();
      return;
    }
    if (this.#own.size >= limits.subscriptionsPerSocket && !this.#makeRoom()) return;
    const baseUrl = parts.baseUrl(this.#socket.request);
    const subscription = { socket: this.#socket, name, channel, baseUrl, toldEnds: new Set<string>() };
    this.#add(subscription);
    for (const change of endsSoFar(channel, parts.store)) {
      send(subscription, change, dataOf(change, parts.show, baseUrl));
    }
  }

  #add(subscription: Subscription): void {
    const { subscriptions } = this.#room;
    this.#room.silent.delete(this.#socket);
    this.#own.set(subscription.name, subscription);
    const others = subscriptions.get(subscription.name);
    if (others === undefined) subscriptions.set(subscription.name, new Set([subscription]));
    else others.add(subscription);
  }

  /** Clients keep one socket for all jobs of their lives and never unsubscribe: the oldest that is over gives way. */
  #makeRoom(): boolean {
    for (const { name, channel } of this.#own.values()) {
      if (!isOver(channel, this.#room.parts.store)) continue;
      this.#unsubscribe(name);
      return true;
    }
    return false;
  }

  /** In silence: an answer would tell a job of somebody else from one that is not there. */
  #refuse(): void {
    this.#refusals++;
    if (this.#refusals >= this.#room.limits.refusals) this.#socket.disconnect(true);
  }

  #unsubscribe(name: string | undefined): void {
    const subscription = name === undefined ? undefined : this.#own.get(name);
    if (name === undefined || subscription === undefined) return;
    this.#own.delete(name);
    const all = this.#room.subscriptions.get(name);
    all?.delete(subscription);
    if (all?.size === 0) this.#room.subscriptions.delete(name);
  }
}

function tell(change: Change, { parts, limits, subscriptions }: Room): void {
  if (subscriptions.size === 0) return;
  // Most clients see the server under one address: the JSON is made once for each of them.
  const made = new Map<string, JsonObject>();
  for (const name of channelsOf(change)) {
    for (const subscription of subscriptions.get(name) ?? []) {
      const { socket, baseUrl } = subscription;
      if (change.event === 'updated' && isBehind(socket, limits)) continue;
      const data = made.get(baseUrl) ?? dataOf(change, parts.show, baseUrl);
      made.set(baseUrl, data);
      send(subscription, change, data);
    }
  }
}

function send({ socket, name, channel, toldEnds }: Subscription, change: Change, data: JsonObject): void {
  const { id } = change.type === 'job' ? change.job : change.task;
  if (channel.type !== 'user-jobs' && channel.type !== 'user-tasks') {
    if (!isEnd(change.event)) toldEnds.delete(id);
    else if (toldEnds.has(id)) return;
    else toldEnds.add(id);
  }
  socket.emit(`${change.type}.${change.event}`, name, data);
}

const dataOf = (change: Change, show: ShownResources, baseUrl: string): JsonObject =>
  change.type === 'job' ? { job: show.job(change.job, baseUrl) } : { task: show.task(change.task, baseUrl) };

/** The client takes its messages more slowly than they come. */
function isBehind(socket: Socket, { waitingMessages }: SocketLimits): boolean {
  const buffer: unknown = Reflect.get(socket.conn, 'writeBuffer');
  return Array.isArray(buffer) && buffer.length > waitingMessages;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** `{channel, auth: {headers: {Authorization}}}`, as Laravel Echo sends it. */
function channelName(message: unknown): string | undefined {
  const name = isRecord(message) ? message['channel'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

function authorizationOf(message: unknown): string | undefined {
  const auth = isRecord(message) ? message['auth'] : undefined;
  const headers = isRecord(auth) ? auth['headers'] : undefined;
  if (!isRecord(headers)) return undefined;
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return typeof found === 'string' ? found : undefined;
}
