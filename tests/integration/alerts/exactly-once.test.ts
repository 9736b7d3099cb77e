import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Alerter } from '../../../libs/alerts/alerter.js';
import { LeaseLost } from '../../../libs/alerts/record/lease.js';
import { recordChanges } from '../../../libs/alerts/record/record.js';
import { rebuild } from '../../../libs/projections/engine/rebuild.js';
import { projections } from '../../../libs/projections/all.js';
import { eventually } from '../../support/eventually.js';
import { startRoleProcess, type RoleProcess } from '../../support/role-process.js';
import { startApi, type RunningApi } from '../api/running-api.js';
import { Receiver } from './receiver.js';
import { alerterOver, deal, done, endpointAt, RULE, use } from './watched.js';

const COMMITMENT = 'amazon-anthropic.cloud';
const FIRING = `firing used ${COMMITMENT}`;
const RESOLVED = `resolved used ${COMMITMENT}`;

let api: RunningApi;
let receiver: Receiver;
let runtimeUrl: string;
const running: RoleProcess[] = [];

/** The role in a process of its own. It needs no broker. */
const start = (fault?: string): RoleProcess => {
  const more = {
    LEDGER_WEBHOOK_PRIVATE: '1',
    LEDGER_LEASE_MS: '600',
    ...(fault === undefined ? {} : { LEDGER_FAULT: fault }),
  };
  const process = startRoleProcess('alerter', {
    ...{ runtimeUrl, brokers: ['127.0.0.1:1'], prefix: '', more },
  });
  running.push(process);
  return process;
};

const stopAll = async (): Promise<void> => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
};

beforeAll(async () => {
  api = await startApi();
  runtimeUrl = String(api.pool.options.connectionString);
  receiver = await Receiver.start();
  await deal(api);
  await endpointAt(api, receiver.url);
  await done(api, '/v1/alert-rules', RULE);
}, 60_000);
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answers = () => 204;
});
afterEach(stopAll);
afterAll(async () => {
  await receiver.close();
  await api.close();
}, 60_000);

describe('a change of state', () => {
  it.each(['before-record', 'after-record', 'before-send', 'after-send'])(
    'is told once by its id, whoever is killed at alerter:%s',
    async (point) => {
      const killed = start(`alerter:${point}`);
      await killed.url;
      await use(api, '950');
      expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' });
      expect(killed.said()).toContain(`LEDGER_FAULT reached alerter:${point}`);
      start();
      await eventually(() => expect(receiver.told).toEqual([FIRING]), 60_000);
      await use(api, '-950');
      await eventually(() => expect(receiver.told).toEqual([FIRING, RESOLVED]), 60_000);
      const bodies = new Set(receiver.received.map(({ id, body }) => `${id} ${body}`));
      expect(bodies.size).toBe(2);
    },
    120_000,
  );

  it('is recorded by the one that holds the lease, and by nobody who has lost it', async () => {
    await expect(
      recordChanges(
        api.pool,
        { epoch: '0' },
        [
          {
            rule: {
              ...{ ...RULE, kind: 'past-due', ruleId: 'zombie', status: 'active', version: 1 },
              ...{ threshold: null, currency: null, agreementId: null, commitmentId: null },
            },
            findings: [{ subject: 'deal.cloud', facts: {} }],
            unknown: null,
          },
        ],
        { tenant: 'acme', at: '2026-01-01T00:00:00.000000Z', ledgerPosition: {} },
      ),
    ).rejects.toBeInstanceOf(LeaseLost);
    const { rows } = await api.pool.query(`SELECT FROM ledger.alert WHERE rule_id = 'zombie'`);
    expect(rows).toEqual([]);
  });
});

describe('with alerters in this process', () => {
  const alerters: Alerter[] = [];
  const begin = (): Alerter => {
    const alerter = alerterOver(api);
    alerters.push(alerter);
    return alerter;
  };
  afterEach(async () => {
    await Promise.all(alerters.splice(0).map((alerter) => alerter.close()));
  });

  it('several tell what one would', async () => {
    begin();
    begin();
    begin();
    await use(api, '950');
    await eventually(() => expect(receiver.told).toEqual([FIRING]));
    await use(api, '-950');
    await eventually(() => expect(receiver.told).toEqual([FIRING, RESOLVED]));
    expect(alerters.filter((each) => each.status().state === 'evaluating')).toHaveLength(1);
    expect(receiver.received).toHaveLength(2);
  });

  it('a rebuild of the views tells nobody anything', async () => {
    begin();
    await use(api, '950');
    await eventually(() => expect(receiver.told).toEqual([FIRING]));
    for (const projection of projections)
      await rebuild({ pool: api.pool, reader: api.ledger, projection });
    await use(api, '1');
    await eventually(async () =>
      expect(
        (await api.get(`/v1/commitments/${COMMITMENT}/remaining-obligation`)).json.applied.amount,
      ).toBe('951'),
    );
    await use(api, '-951');
    await eventually(() => expect(receiver.told).toEqual([FIRING, RESOLVED]));
    expect(receiver.received).toHaveLength(2);
  });

  it('a receiver that is down is told when it is up again, in order', async () => {
    begin();
    receiver.answers = () => 503;
    await use(api, '950');
    await eventually(() => expect(receiver.received.length).toBeGreaterThan(0));
    await use(api, '-950');
    await eventually(async () =>
      expect(
        (await api.get('/v1/alert-endpoints/desk/deliveries?state=pending')).json.data,
      ).toMatchObject([
        { told: 'resolved', attempts: 0, status: null },
        { told: 'firing', attempts: 1, status: 503, reason: 'answered 503' },
      ]),
    );
    receiver.answers = () => 204;
    await eventually(() => expect(receiver.told).toEqual([FIRING, RESOLVED]), 30_000);
    const states = receiver.received.map(({ json }) => json.data.state as string);
    expect(states.indexOf('resolved')).toBeGreaterThan(0);
    expect(states.slice(0, states.indexOf('resolved'))).not.toContain('resolved');
  }, 60_000);
});
