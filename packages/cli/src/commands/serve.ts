/**
 * `pipeline serve`: puts the server together with this machine's backend, says where it listens, and ends it in order.
 * It knows no request; HTTP is loaded with it and with nothing else.
 */
import type { Backend } from '@pipeline/engine';
import { createLocalBackend, isPublicAddress } from '@pipeline/operations';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { type Server, StartError, createServer, isAllowedOperation } from '@pipeline/server';
import { exitCode } from '../exit-code.ts';
import { ioReason } from '../io-reason.ts';
import type { UsageError } from '../parse-arguments.ts';
import { catalogue } from '../serve/catalogue.ts';
import { logWriter } from '../serve/log-writer.ts';
import { type ServeOptions, readServeOptions } from '../serve/serve-options.ts';
import { keptSecret } from '../serve/signing-secret.ts';
import { listenForStop } from '../stop.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';

export const serve: Command = async ({ flags }, surroundings) => {
  const options = await readServeOptions(flags, surroundings.cwd);
  if (!options.ok) return usageError(options.error, surroundings.stderr);
  const secret = await signingSecret(options.value);
  if (!secret.ok) return usageError(secret.error, surroundings.stderr);
  const { processEvents } = surroundings;
  const { limits, network } = options.value;
  const backend = createLocalBackend({
    maxHosts: limits.actions,
    network,
  });
  // On a second signal and on a crash nobody can wait: processes are killed at once.
  const abandon = (): void => void backend.close();
  processEvents.on('exit', abandon);
  try {
    return await serveWith({ options: options.value, secret: secret.value, backend, surroundings });
  } finally {
    await backend.close();
    processEvents.off('exit', abandon);
  }
};

async function signingSecret({ signingSecret, dataDir }: ServeOptions): Promise<Result<string, UsageError>> {
  if (signingSecret !== undefined) return ok(signingSecret);
  try {
    return ok(await keptSecret(dataDir));
  } catch (error) {
    return err({ message: `--data-dir: ${dataDir} cannot be used`, hint: ioReason(error) });
  }
}

type Log = ReturnType<typeof logWriter>;

interface Serving {
  readonly options: ServeOptions;
  readonly secret: string;
  readonly backend: Backend;
  readonly surroundings: Surroundings;
}

async function serveWith(serving: Serving): Promise<number> {
  const { options, surroundings } = serving;
  const { stderr, processEvents, exit } = surroundings;
  const log = logWriter({ stream: stderr, isQuiet: options.isQuiet, now: () => new Date() });
  const stop = listenForStop({
    processEvents,
    timeoutMs: undefined,
    onStop: ({ message }) =>
      log({ level: 'info', message: `${message}: stopping; what runs may end`, graceMs: options.graceMs }),
    onKill: exit,
  });
  try {
    const server = await startServer(serving, log);
    if (!server.ok) return usageError(server.error, stderr);
    return await serveUntil(stop.signal, { server: server.value, serving, log });
  } finally {
    stop.close();
  }
}

interface Started {
  readonly server: Server;
  readonly serving: Serving;
  readonly log: Log;
}

async function serveUntil(signal: AbortSignal, { server, serving, log }: Started): Promise<number> {
  const { options, surroundings } = serving;
  let graceMs = 0;
  try {
    const listening = await listen(server, options);
    if (!listening.ok) return usageError(listening.error, surroundings.stderr);
    surroundings.stdout.write(`pipeline serve: listening on ${listening.value}\n`);
    await aborted(signal);
    graceMs = options.graceMs;
  } finally {
    await server.close({ graceMs });
  }
  log({ level: 'info', message: 'stopped' });
  // A server that ends when it is told to has done all it should.
  return exitCode.done;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function startServer(
  { options, secret, backend, surroundings }: Serving,
  log: Log,
): Promise<Result<Server, UsageError>> {
  const { dataDir, keys, publicUrl, retentionMs, limits, allow, network } = options;
  try {
    const server = await createServer({
      backend,
      catalogue: () => catalogue({ backend, isOffered: (operation) => isAllowedOperation(operation, allow) }),
      dataDir,
      keys,
      ...(publicUrl === undefined ? {} : { publicUrl }),
      signingSecret: secret,
      retentionMs,
      limits,
      allow,
      mayReach: network === 'any' ? () => true : isPublicAddress,
      log,
      isQuiet: options.isQuiet,
      version: surroundings.version,
    });
    return ok(server);
  } catch (error) {
    if (error instanceof StartError) return err({ message: error.message, hint: '' });
    const isDisk = error instanceof Error && 'code' in error && 'syscall' in error;
    if (isDisk) return err({ message: `--data-dir: ${dataDir} cannot be used`, hint: ioReason(error) });
    throw error;
  }
}

async function listen(server: Server, { host, port }: ServeOptions): Promise<Result<string, UsageError>> {
  try {
    return ok(await server.listen({ host, port }));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = listenReasons[code];
    if (reason === undefined) throw error;
    return err({ message: `cannot listen on ${host} port ${port}: ${reason.why}`, hint: reason.hint });
  }
}

const listenReasons: Readonly<Record<string, { readonly why: string; readonly hint: string }>> = {
  EADDRINUSE: { why: 'another program listens there', hint: 'end it, or choose another port with --port' },
  EACCES: { why: 'ports below 1024 are for root', hint: 'choose another with --port' },
  EADDRNOTAVAIL: { why: 'this machine has no such address', hint: 'check --host; 0.0.0.0 means all of them' },
  ENOTFOUND: { why: 'there is no such host', hint: 'check --host' },
};
