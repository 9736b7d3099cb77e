import { QueryBus } from '@nestjs/cqrs';
import { Alerter, type AlerterOptions } from '../../../libs/alerts/alerter.js';
import { registerEndpoint } from '../../../libs/alerts/webhooks/endpoints.js';
import { AGREEMENT, PLEDGE, USAGE } from '../api/examples.js';
import type { RunningApi } from '../api/running-api.js';

/** A deal of 1,000 USD over 2026 to 2030, so that nothing of it falls due while tests run. */
export const deal = async (api: RunningApi): Promise<void> => {
  await done(api, '/v1/agreements', AGREEMENT);
  await done(api, '/v1/agreements/amazon-anthropic/activation', {
    activatedAt: '2026-01-01T00:00:00Z',
  });
  await done(api, '/v1/agreements/amazon-anthropic/commitments', {
    ...PLEDGE,
    endsAt: '2031-01-01T00:00:00Z',
  });
};

let used = 0;

/** Usage of the deal; a negative amount gives back. */
export const use = async (api: RunningApi, amount: string): Promise<void> => {
  const id = `use-${(used += 1)}`;
  const sent = await api.send({ url: '/v1/usage-events', body: { ...USAGE, id, amount } });
  if (sent.status >= 300) throw new Error(sent.text);
};

export const done = async (api: RunningApi, url: string, body: unknown): Promise<void> => {
  const answer = await api.command(url, body);
  if (answer.status >= 300) throw new Error(answer.text);
};

export const RULE = {
  id: 'used',
  name: 'Nine tenths are used',
  kind: 'utilisation-above',
  threshold: '0.9',
};

/** An alerter over the database of an api, in this process. */
export const alerterOver = (api: RunningApi, options: Partial<AlerterOptions> = {}): Alerter =>
  new Alerter({
    pool: api.pool,
    reader: api.ledger,
    queries: api.app.get(QueryBus),
    policy: { allowPrivate: true },
    owner: `test ${Math.random()}`,
    leaseMs: 1_500,
    pollMs: 50,
    onTrouble: (trouble) => process.stderr.write(`${trouble}\n`),
    ...options,
  });

/** Answers the secret. */
export const endpointAt = async (
  api: RunningApi,
  url: string,
  endpointId = 'desk',
  tenant = 'acme',
): Promise<string> => {
  const endpoint = { tenant, endpointId, url, by: 'test' };
  const registered = await registerEndpoint(api.pool, endpoint);
  if (registered.outcome !== 'registered') throw new Error(registered.outcome);
  return registered.secret;
};
