/**
 * Without keys, whoever reaches the server may use it: its own machine, as it listens there only. Pages that somebody
 * visits reach it too, by a name of theirs that leads to this machine, or by a form. They are known by the names that they
 * call it, and by where they say they come from.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { forbidden } from './api-error.ts';

export function keepOut(app: FastifyInstance, publicUrl: string | undefined): void {
  const isForeign = foreignTo(publicUrl);
  app.addHook('onRequest', ({ headers }, _, done) => {
    const reason = isForeign(headers);
    done(reason === undefined ? undefined : forbidden(reason));
  });
}

/** Says why what comes with such headers is not let in; undefined: it is. */
export function foreignTo(
  publicUrl: string | undefined,
): (headers: IncomingHttpHeaders) => string | undefined {
  const own = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
  const isOurs = (host: string): boolean =>
    host === own || host.endsWith(`.${own}`) || isLoopback(host) || isAddress(host) || isCloudConvert(host);
  const isOwnPage = (host: string): boolean => host === own || isLoopback(host);

  const reasonFor = ({ host, origin }: Names): string | undefined => {
    if (host !== undefined && !isOurs(hostName(`http://${host}`))) {
      return 'Without API keys the server answers to its own names only. Start it with a key or with its public URL.';
    }
    if (origin !== undefined && !isOwnPage(hostName(origin))) {
      return 'Without API keys, pages of other sites may not use the server.';
    }
    return undefined;
  };

  // Clients call a server by few names: what was said of the last is remembered.
  const none: Names = { host: undefined, origin: undefined };
  let last = { names: none, reason: reasonFor(none) };
  return ({ host, origin }) => {
    if (host !== last.names.host || origin !== last.names.origin) {
      const names = { host, origin };
      last = { names, reason: reasonFor(names) };
    }
    return last.reason;
  };
}

type Names = { readonly [Header in 'host' | 'origin']: string | undefined };

/** Empty for what is no URL, such as the `null` of a page without an origin. */
const hostName = (url: string): string => (URL.canParse(url) ? new URL(url).hostname.toLowerCase() : '');

const isLoopback = (host: string): boolean =>
  /(?:^|\.)localhost$/.test(host) || host === '[::1]' || /^127(?:\.[0-9]+){3}$/.test(host);

/** No name leads to it: whoever calls it so means it. */
const isAddress = (host: string): boolean =>
  /^\[[0-9a-f:.]+\]$/.test(host) || /^[0-9]+(?:\.[0-9]+){3}$/.test(host);

/** Clients that cannot be told another address are led here by a name table; nobody else can own these names. */
const isCloudConvert = (host: string): boolean => /(?:^|\.)cloudconvert\.com$/.test(host);
