/**
 * Which addresses are public: those that any machine on the internet reaches. Whoever runs tasks of strangers lets them
 * reach no others, or they could look around in the network of the machine. Pure.
 *
 * IPv4: all but what IANA's registry of special addresses keeps apart. IPv6: global unicast (2000::/3) without the same,
 * and NAT64, which stands for an IPv4 address that is judged itself. Everything else is refused: loopback, link-local,
 * unique local, multicast, mapped IPv4.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';

const special4: readonly (readonly [net: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  // Carrier-grade NAT; a cloud keeps its metadata here.
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local: the metadata of most clouds, credentials included.
  ['169.254.0.0', 16],
  // Azure's host, as each of its machines sees it.
  ['168.63.129.16', 32],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Inside of 2000::/3. */
const special6: readonly (readonly [net: string, prefix: number])[] = [
  // Teredo, ORCHID and other protocols.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4: any IPv4 address.
  ['2002::', 16],
  ['3fff::', 20],
];

const refused4 = new BlockList();
for (const [net, prefix] of special4) refused4.addSubnet(net, prefix, 'ipv4');
const refused6 = new BlockList();
for (const [net, prefix] of special6) refused6.addSubnet(net, prefix, 'ipv6');
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');
const nat64 = new BlockList();
nat64.addSubnet('64:ff9b::', 96, 'ipv6');

/** An IP address, brackets or not; what is none, is not public. */
export function isPublicAddress(text: string): boolean {
  const address = text.replace(/^\[(.*)\]$/, '$1');
  if (isIPv4(address)) return !refused4.check(address, 'ipv4');
  // An address with a zone is one of a single link.
  if (isIP(address) !== 6 || address.includes('%')) return false;
  if (nat64.check(address, 'ipv6')) return isPublicAddress(embedded4(address));
  return global6.check(address, 'ipv6') && !refused6.check(address, 'ipv6');
}

/** The last 32 bits. URLs have one way to write an address: `[64:ff9b::a00:1]`. */
function embedded4(address: string): string {
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':');
  const [high = 0, low = 0] = groups
    .slice(-2)
    .map((group) => Number.parseInt(group === '' ? '0' : group, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
