import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { configFromEnvironment, knownVariables } from '../../libs/runtime/config.js';

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const { services } = parse(readFileSync('docker-compose.yml', 'utf8')) as {
  services: Record<string, Service>;
};
const each = Object.entries(services);

describe('docker-compose.yml', () => {
  it.each(each)('%s is a pinned image or is built from a file that is there', (_, service) => {
    if (service.build === undefined) expect(service.image).toMatch(/^[a-z/]+:\d+\.\d+/);
    else expect(existsSync(service.build.dockerfile)).toBe(true);
  });

  it.each(each)('%s says when it is healthy', (_, service) => {
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
  });

  it.each(each)('%s waits for the health of what it needs', (_, service) => {
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(services)).toContain(needed);
      expect(condition).toBe('service_healthy');
    }
  });

  it.each(each)('%s publishes ports on loopback only', (_, service) => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('gives our own services settings that the program knows and accepts', () => {
    const own = each.filter(([, service]) => service.build !== undefined);
    expect(own.length).toBeGreaterThan(0);
    for (const [, { environment = {} }] of own) {
      const ours = Object.keys(environment).filter((name) => name.startsWith('LEDGER_'));
      expect(Object.keys(knownVariables())).toEqual(expect.arrayContaining(ours));
      expect(configFromEnvironment(environment).databaseUrl).toBe(
        'postgres://ledger:ledger@postgres:5432/ledger',
      );
    }
  });
});
