/**
 * Which IP addresses webhooks may go to: those that any machine on the internet reaches. The same rule as that of the
 * local backend, which cannot be asked from here. Pure.
 *
 * IPv4: all but what IANA's registry of special addresses keeps apart. IPv6: global unicast without the same, and NAT64,
 * where the IPv4 address in it counts. Everything else is refused: loopback, link-local, mapped IPv4, what is no address.
 */
import { BlockList, isIP } from 'node:net';

type Network = readonly [address: string, prefix: number];

const special4 = listOf('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // The host of Azure's machines, as they see it.
  ['168.63.129.16', 32],
  // Metadata of most clouds, credentials included.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]);
const global6 = listOf('ipv6', [['2000::', 3]]);
const special6 = listOf('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);
const nat64 = listOf('ipv6', [['64:ff9b::', 96]]);

function listOf(family: 'ipv4' | 'ipv6', networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks) list.addSubnet(address, prefix, family);
  return list;
}

export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special4.check(address, 'ipv4');
    case 6:
      // A zone belongs to the addresses of one link.
      if (address.includes('%')) return false;
      if (nat64.check(address, 'ipv6')) return isPublicAddress(lastOf(address));
      return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6');
    default:
      return false;
  }
}

/** The IPv4 address in the last 32 bits: URLs write it as two groups, and leave out those that are zero. */
function lastOf(address: string): string {
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':').slice(-2);
  return groups.flatMap((group) => [...Buffer.from(group.padStart(4, '0'), 'hex')]).join('.');
}
