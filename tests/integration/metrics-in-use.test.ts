import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { parse } from 'yaml';
import { serve } from '../../apps/standalone/serve.js';
import { freePorts } from '../../infra/kafka/free-ports.js';
import { configFromEnvironment } from '../../libs/host/config.js';
import type { Served } from '../../libs/host/service.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

const DASHBOARDS = join('infra', 'grafana', 'dashboards');

/** Every expression that a dashboard or a rule asks Prometheus, by where it stands. */
const dashboardExpressions = (): readonly (readonly [string, string])[] =>
  readdirSync(DASHBOARDS).flatMap((file) => {
    const { panels } = JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8')) as {
      panels: readonly { title: string; targets?: readonly { expr: string }[] }[];
    };
    return panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => [`${file}: ${title}`, expr] as const),
    );
  });

const alertExpressions = (): readonly (readonly [string, string])[] => {
  const { groups } = parse(readFileSync(join('infra', 'prometheus', 'alerts.yml'), 'utf8')) as {
    groups: readonly { rules: readonly { alert: string; expr: string }[] }[];
  };
  return groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr] as const));
};

/** Names of series that the expression reads, ours and those of the process. */
const seriesIn = (expression: string): readonly string[] =>
  expression.match(/\b(?:ledger|process|nodejs)_\w+/g) ?? [];

describe('what dashboards and alerts ask for', () => {
  let database: TestDatabase;
  let served: Served;
  let answered = '';

  /** Names under which samples of an answer are kept: a histogram has three. */
  const kept = (): ReadonlySet<string> =>
    new Set(
      [...answered.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
        type === 'histogram' ? ['_bucket', '_count', '_sum'].map((end) => name + end) : [name],
      ),
    );

  beforeAll(async () => {
    database = await testDatabase();
    const [port] = await freePorts(1);
    const config = configFromEnvironment({
      LEDGER_RUNTIME_URL: database.runtimeUrl,
      LEDGER_PORT: '0',
      LEDGER_METRICS_PORT: String(port),
      LEDGER_ALLOW_UNSAFE_DURABILITY: '1',
    });
    served = await serve(config, pino({ level: 'silent' }));
    answered = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  }, 60_000);
  afterAll(async () => {
    await served.close();
    await database.drop();
  }, 60_000);

  it.each([...dashboardExpressions(), ...alertExpressions()])(
    '%s is answered by a process',
    (_, expression) => {
      const asked = seriesIn(expression);
      for (const name of asked) expect([...kept()]).toContain(name);
      if (asked.length === 0) expect(expression).toContain('up{job="ledger"}');
    },
  );

  it('is all that an operator is told of: every gauge of ours is on a dashboard', () => {
    const shown = new Set(dashboardExpressions().flatMap(([, expr]) => seriesIn(expr)));
    const alerted = new Set(alertExpressions().flatMap(([, expr]) => seriesIn(expr)));
    const gauges = [...answered.matchAll(/^# TYPE (ledger_\w+) gauge$/gm)].map(([, name]) => name);
    expect(gauges.length).toBeGreaterThan(15);
    const untold = gauges.filter((name = '') => !shown.has(name) && !alerted.has(name));
    expect(untold).toEqual(['ledger_build_info']);
  });

  it('is not told as 0 by a process that does not measure it', () => {
    for (const name of ['ledger_intake_lag_records', 'ledger_dead_letters', 'ledger_last_verified'])
      expect(answered).not.toMatch(new RegExp(`^${name}\\w*[{ ]`, 'm'));
    expect(answered).toMatch(/^ledger_parked_usage_events 0$/m);
  });
});
