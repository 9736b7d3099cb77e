import { createServer } from 'node:net';
import type { Config } from '../../../libs/host/config.js';
import { ok, warning, type Diagnosis } from './diagnosis.js';

const ANSWER_MS_MAX = 2_000;

export const checkPort = async (config: Config): Promise<Diagnosis> => {
  const { host, port, portIsFixed } = config;
  const error = await listening(host, port);
  if (error === null) return ok('Port', `${host}:${port} is free`);
  if (error.code !== 'EADDRINUSE')
    return warning(
      'Port',
      `${host}:${port}: ${error.message}`,
      'Set LEDGER_HOST to an address of this machine (127.0.0.1, or 0.0.0.0 for all).',
    );
  const version = await ledgerAt(host, port);
  if (version !== null) return ok('Port', `${port} is in use by a ledger that runs (${version})`);
  return portIsFixed
    ? warning('Port', `${port} is in use`, `Stop what uses it, or LEDGER_PORT=${port + 1}`)
    : ok('Port', `${port} is in use; the next free one is taken`);
};

const listening = (host: string, port: number): Promise<NodeJS.ErrnoException | null> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(port, host, () => probe.close(() => resolve(null)));
  });

/** The version of the ledger that answers there; null: something else does. */
const ledgerAt = async (host: string, port: number): Promise<string | null> => {
  const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${port}/version`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    const { name, version } = (await answer.json()) as { name?: unknown; version?: unknown };
    return name === 'commitment-ledger' && typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
};
