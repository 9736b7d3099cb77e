import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks where no receiver of somebody else stands: this machine, its network, those between providers, none at all. */
const NETWORKS: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 127],
  // Addresses of IPv4 in those of IPv6, by any name: mapped, translated, 6to4 and Teredo.
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

/** One list each: in a common one every address of IPv4 is among those that are mapped into IPv6. */
const FORBIDDEN = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, prefix] of NETWORKS) {
  const family = familyOf(network);
  FORBIDDEN[family].addSubnet(network, prefix, family);
}

/** A webhook would go to an address that nobody may make this machine call. */
export class AddressForbidden extends Error {
  constructor(host: string) {
    super(`${host} is, or resolves to, an address of this machine or of a private network`);
  }
}

/** A zone (`fe80::1%eth0`) is of an interface of this machine. */
export const isForbidden = (address: string): boolean => {
  if (isIP(address) === 0 || address.includes('%')) return true;
  const family = familyOf(address);
  return FORBIDDEN[family].check(address, family);
};

/** The host of a URL, where it is an address itself: then nothing is looked up. */
export const literalAddress = ({ hostname }: URL): string | null => {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
};

/**
 * Looks a name up for a connection, and gives it the very addresses that were checked: a name that resolves to another one a
 * moment later changes nothing. One forbidden address among them is enough to refuse.
 */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    const [first] = addresses;
    if (first === undefined || addresses.some(({ address }) => isForbidden(address)))
      return callback(new AddressForbidden(hostname), '');
    if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
