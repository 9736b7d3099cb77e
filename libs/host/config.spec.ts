import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { configFromEnvironment, ConfigurationError } from './config.js';

const codeOf = (env: NodeJS.ProcessEnv): string => {
  try {
    configFromEnvironment(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
};

describe('settings', () => {
  it('need nothing: the embedded database, loopback, port 8080 or the next free one', () => {
    expect(configFromEnvironment({})).toEqual({
      databaseUrl: null,
      runtimeUrl: null,
      auditorUrl: null,
      dataDir: resolve('.ledger'),
      host: '127.0.0.1',
      port: 8080,
      portIsFixed: false,
      metricsPort: null,
      verifyReport: null,
      tenant: 'demo',
      shardCount: null,
      logLevel: 'info',
      allowUnsafeDurability: false,
      allowPrivateWebhooks: false,
      kafkaBrokers: null,
      topicPrefix: '',
      topicReplication: null,
      leaseMs: 6000,
      sessionMs: 10000,
      intakeTenants: ['demo'],
    });
  });

  it('refuse a misspelt name and say the nearest right one', () => {
    expect(codeOf({ LEDGER_DATADIR: 'x' })).toMatch(/^unknown-variable: .*LEDGER_DATA_DIR\?/);
  });

  it('say whose messages may come in: the own tenant’s, or those listed', () => {
    const tenants = (env: NodeJS.ProcessEnv) => configFromEnvironment(env).intakeTenants;
    expect(tenants({ LEDGER_TENANT: 'acme' })).toEqual(['acme']);
    expect(tenants({ LEDGER_INTAKE_TENANTS: 'acme, other,' })).toEqual(['acme', 'other']);
  });

  it('leave other programs’ variables alone', () => {
    expect(codeOf({ PGPORT: 'x', LEDGERS: 'x' })).toBe('accepted');
  });

  it('refuse a DATABASE_URL that is none, without repeating a password', () => {
    const url = 'localhost:5432/secret';
    expect(codeOf({ DATABASE_URL: url })).toMatch(/^invalid-variable: DATABASE_URL must look like/);
    expect(codeOf({ DATABASE_URL: url })).not.toContain('secret');
    expect(codeOf({ DATABASE_URL: 'postgresql://u:p@h:5432/d' })).toBe('accepted');
    expect(codeOf({ LEDGER_RUNTIME_URL: url })).toMatch(/^invalid-variable: LEDGER_RUNTIME_URL /);
    expect(codeOf({ LEDGER_AUDITOR_URL: 'mysql://u:secret@h/d' })).not.toContain('secret');
  });

  it('keep to checked certificates without the driver saying so at every start', () => {
    const url = (mode: string) => `postgres://u:p@h/d?sslmode=${mode}`;
    for (const mode of ['require', 'prefer', 'verify-ca', 'verify-full'])
      expect(configFromEnvironment({ LEDGER_RUNTIME_URL: url(mode) }).runtimeUrl).toBe(
        url('verify-full'),
      );
    for (const mode of ['no-verify', 'disable', 'require&uselibpqcompat=true'])
      expect(configFromEnvironment({ DATABASE_URL: url(mode) }).databaseUrl).toBe(url(mode));
  });

  it.each([
    ['LEDGER_PORT', '80a'],
    ['LEDGER_PORT', '70000'],
    ['LEDGER_SHARDS', '0'],
    ['LEDGER_LOG_LEVEL', 'loud'],
  ])('refuse %s=%s and name it', (name, value) => {
    expect(codeOf({ [name]: value })).toMatch(new RegExp(`^invalid-variable: ${name}=${value}`));
  });
});
