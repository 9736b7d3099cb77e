import { lookup } from 'node:dns/promises';
import { isForbidden, literalAddress } from './addresses.js';

/** Whether webhooks may go to this machine and its networks, and without TLS. For tests, and receivers of one's own. */
export interface WebhookPolicy {
  readonly allowPrivate: boolean;
}

export interface UrlFault {
  readonly code:
    | 'endpoint-url-malformed'
    | 'endpoint-url-insecure'
    | 'endpoint-unresolvable'
    | 'endpoint-address-forbidden';
  readonly message: string;
}

const fault = (code: UrlFault['code'], message: string): UrlFault => ({ code, message });

/** What is wrong with a URL that webhooks should go to; null: nothing, as of now. Each connection looks again. */
export const urlFault = async (
  text: string,
  { allowPrivate }: WebhookPolicy,
): Promise<UrlFault | null> => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hash !== '')
    return fault('endpoint-url-malformed', 'must be an https URL without a fragment');
  if (url.username !== '' || url.password !== '')
    return fault('endpoint-url-malformed', 'must not hold credentials: messages are signed');
  if (allowPrivate) return null;
  if (url.protocol !== 'https:') return fault('endpoint-url-insecure', 'must be https');
  const addresses = await addressesOf(url);
  if (addresses.length === 0)
    return fault('endpoint-unresolvable', 'names a host that has no address');
  return addresses.some(isForbidden)
    ? fault(
        'endpoint-address-forbidden',
        'names, or resolves to, an address of this machine or of a private network',
      )
    : null;
};

const addressesOf = async (url: URL): Promise<readonly string[]> => {
  const literal = literalAddress(url);
  if (literal !== null) return [literal];
  const found = await lookup(url.hostname, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
};
