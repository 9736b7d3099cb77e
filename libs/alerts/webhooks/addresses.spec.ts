import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { guardedLookup, isForbidden, literalAddress } from './addresses.js';
import { urlFault } from './endpoint-url.js';
import { send } from './send.js';

describe('an address', () => {
  it.each([
    ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255'],
    ...['192.168.1.1', '169.254.169.254', '100.64.0.1', '224.0.0.1', '255.255.255.255'],
    ...['::', '::1', 'fe80::1', 'fe80::1%lo', 'fd00::1', 'ff02::1', '::ffff:127.0.0.1'],
    ...['::ffff:7f00:1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1', 'localhost', ''],
  ])('%s is none that is called', (address) => {
    expect(isForbidden(address)).toBe(true);
  });

  it.each(['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is',
    (address) => {
      expect(isForbidden(address)).toBe(false);
    },
  );

  it.each([
    ['https://[::1]/x', '::1'],
    ['https://0x7f.1/', '127.0.0.1'],
    ['https://2130706433/', '127.0.0.1'],
    ['https://127.0.0.1./', '127.0.0.1'],
    ['https://example.com/', null],
  ])('is found in %s whatever its form', (url, address) => {
    expect(literalAddress(new URL(url))).toBe(address);
  });

  it('is looked at when a name is looked up for a connection', async () => {
    const looked = new Promise((resolve) =>
      guardedLookup('localhost', { all: true }, (error, addresses) =>
        resolve([error?.message, addresses]),
      ),
    );
    expect(await looked).toEqual([
      'localhost is, or resolves to, an address of this machine or of a private network',
      '',
    ]);
  });
});

describe('a URL for webhooks', () => {
  const strict = { allowPrivate: false };

  it.each([
    ['nonsense', 'endpoint-url-malformed'],
    ['ftp://example.com/', 'endpoint-url-malformed'],
    ['https://1.1.1.1/#part', 'endpoint-url-malformed'],
    ['https://user:word@1.1.1.1/', 'endpoint-url-malformed'],
    ['http://1.1.1.1/', 'endpoint-url-insecure'],
    ['https://127.0.0.1/', 'endpoint-address-forbidden'],
    ['https://[::ffff:10.0.0.1]/', 'endpoint-address-forbidden'],
    ['https://0177.0.0.1/', 'endpoint-address-forbidden'],
    ['https://localhost:8443/', 'endpoint-address-forbidden'],
    ['https://no-such-host.invalid/', 'endpoint-unresolvable'],
  ])('is not %s', async (url, code) => {
    expect(await urlFault(url, strict)).toMatchObject({ code });
  });

  it('may be of this machine and without TLS where that is allowed', async () => {
    expect(await urlFault('http://127.0.0.1:9/', { allowPrivate: true })).toBeNull();
    expect(await urlFault('https://1.1.1.1:8443/path?key=1', strict)).toBeNull();
    expect(await urlFault('gopher://1.1.1.1/', { allowPrivate: true })).toMatchObject({
      code: 'endpoint-url-malformed',
    });
  });
});

describe('one try', () => {
  let server: Server;
  let seen = 0;
  const serve = async (listener: RequestListener): Promise<string> => {
    seen = 0;
    server = createServer((request, response) => {
      seen += 1;
      listener(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://localhost:${(server.address() as AddressInfo).port}/`;
  };
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });
  const outgoing = { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', id: 'm', body: '{}' };

  it('goes to nobody whose name leads to this machine', async () => {
    const url = await serve((_, response) => response.end());
    for (const each of [url, url.replace('http:', 'https:'), url.replace('localhost', '127.0.0.1')])
      expect(await send({ ...outgoing, url: each }, { allowPrivate: false })).toMatchObject({
        isDelivered: false,
        status: null,
        reason: expect.stringContaining('of this machine or of a private network'),
      });
    expect(seen).toBe(0);
  });

  it.each([
    [200, true],
    [204, true],
    [302, false],
    [410, false],
    [500, false],
  ])('that is answered %d: delivered %s, and nothing is followed', async (status, isDelivered) => {
    const url = await serve((_, response) =>
      response.writeHead(status, { location: 'http://localhost/elsewhere' }).end('long'.repeat(9)),
    );
    expect(await send({ ...outgoing, url }, { allowPrivate: true })).toEqual({
      ...{ isDelivered, status, reason: isDelivered ? null : `answered ${status}` },
    });
    expect(seen).toBe(1);
  });

  it('that is not answered ends', async () => {
    const url = await serve(() => undefined);
    expect(await send({ ...outgoing, url }, { allowPrivate: true }, 50)).toEqual({
      ...{ isDelivered: false, status: null, reason: 'no answer in time' },
    });
    server.close();
    server.closeAllConnections();
    expect(await send({ ...outgoing, url }, { allowPrivate: true })).toMatchObject({
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
