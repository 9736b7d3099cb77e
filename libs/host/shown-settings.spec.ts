import { describe, expect, it } from '@jest/globals';
import { configFromEnvironment } from './config.js';
import { shownSettings } from './shown-settings.js';

describe('the settings that a process says at its start', () => {
  it('name databases without what logs in to them', () => {
    const config = configFromEnvironment({
      LEDGER_RUNTIME_URL: 'postgres://serves:hush@db.example:6432/ledger?options=-c%20x%3Dhush',
      LEDGER_AUDITOR_URL: 'postgresql:///ledger?host=/var/run&user=looks&password=hush',
      KAFKA_BROKERS: 'one:9092, two:9092',
    });
    const shown = shownSettings(config);
    expect(JSON.stringify(shown)).not.toContain('hush');
    expect(shown).toMatchObject({
      databaseUrl: null,
      runtimeUrl: 'serves at db.example:6432/ledger',
      auditorUrl: 'looks at /var/run/ledger',
      kafkaBrokers: ['one:9092', 'two:9092'],
      tenant: 'demo',
      leaseMs: 6_000,
    });
    expect(Object.keys(shown)).toEqual(Object.keys(config));
  });

  it('say of a secret that there is one', () => {
    const config = { ...configFromEnvironment({}), webhookSecret: 'hush' };
    expect(shownSettings(config)).toMatchObject({ webhookSecret: '(given)' });
  });
});
