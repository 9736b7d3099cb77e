import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { serve } from '../../apps/standalone/serve.js';
import { configFromEnvironment } from '../../libs/host/config.js';
import { testDatabase } from '../support/database.js';
import { cuttableProxy } from '../support/cuttable-proxy.js';
import { Cli } from './cli/cli.js';

const socketTo = async (url: string, text = ''): Promise<Socket> => {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
};

const STALLED =
  'POST /v1/usage-events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n';

it('a server closes although clients have sent nothing, or half of a request', async () => {
  const database = await testDatabase();
  const config = configFromEnvironment({
    LEDGER_RUNTIME_URL: database.runtimeUrl,
    LEDGER_PORT: '0',
    LEDGER_ALLOW_UNSAFE_DURABILITY: '1',
  });
  const served = await serve(config, pino({ level: 'silent' }));
  await socketTo(served.url);
  await socketTo(served.url, STALLED);
  await sleep(100);
  await served.close({ drainMs: 300 });
  await database.drop();
}, 20_000);

describe('the command serve', () => {
  let cli: Cli;
  beforeEach(async () => {
    cli = await Cli.open();
  });
  afterEach(() => cli.close());

  it('ends in order while a client is silent', async () => {
    const child = cli.start(['serve'], { LEDGER_PORT: '0' });
    const said = (await once(child.stderr!, 'data'))[0] as Buffer;
    await socketTo(/http:[^\s"]+/.exec(said.toString())![0]);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 40_000);

  it('is ended by a second Ctrl-C where the first is not enough, and not by an echo of the first', async () => {
    const proxy = await cuttableProxy(cli.database.runtimeUrl);
    const silent = proxy.cut('frozen', 'has_schema_privilege');
    const child = cli.start(['serve'], { LEDGER_RUNTIME_URL: proxy.url, LEDGER_PORT: '0' });
    await silent;
    child.kill('SIGINT');
    await sleep(200);
    child.kill('SIGINT');
    await sleep(1_300);
    expect(child.exitCode ?? child.signalCode).toBeNull();
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([1, null]);
    await proxy.close();
  }, 40_000);
});
