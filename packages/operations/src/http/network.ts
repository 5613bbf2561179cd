/**
 * Where connections may lead: anywhere, or to public addresses only. The rule is handed to whatever connects and works
 * as its name resolution, so that the address that was checked is the one that is connected to: a name that answers
 * differently the next time changes nothing.
 */
import { lookup } from 'node:dns';
import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';

export interface Network {
  readonly type: 'any' | 'public';
  /** For `http.request` and `net.connect`; they ask it for names only, so `refused` is asked first. */
  readonly lookup?: LookupFunction;
  /** An address in place of a name, with or without brackets, that may not be connected to. */
  readonly refused: (host: string) => NotPublic | undefined;
}

/** Ends a connection before it is made; becomes a `Failure` in `networkFailure`. */
export class NotPublic extends Error {
  readonly host: string;
  constructor(host: string) {
    // Not where the name leads to: that would tell strangers what is in our network.
    super(`${host} has no public address`);
    this.host = host;
  }
}

export type Resolve = (
  host: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export const anyNetwork: Network = { type: 'any', refused: () => undefined };

export const publicNetwork: Network = limitedNetwork(isPublicAddress, lookup);

export function limitedNetwork(isAllowed: (address: string) => boolean, resolve: Resolve): Network {
  return {
    type: 'public',
    lookup: (host, options, done) => {
      resolve(host, { ...options, all: true }, (error, addresses) => {
        const [first] = addresses ?? [];
        if (error !== null) done(error, '');
        // One that is not allowed is enough: which of them is taken is not ours to say.
        else if (first === undefined || !addresses.every(({ address }) => isAllowed(address))) {
          done(new NotPublic(host), '');
        } else if (options.all === true) done(null, addresses);
        else done(null, first.address, first.family);
      });
    },
    refused: (host) => {
      const address = host.replace(/^\[(.*)\]$/, '$1');
      return isIP(address) !== 0 && !isAllowed(address) ? new NotPublic(host) : undefined;
    },
  };
}

/** What a connection is opened with. */
export const lookupOf = ({ lookup }: Network): { readonly lookup?: LookupFunction } =>
  lookup === undefined ? {} : { lookup };
