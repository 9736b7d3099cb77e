import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { SERVICE_ROLES } from '../../libs/host/roles.js';
import { configFromEnvironment, knownVariables } from '../../libs/host/config.js';

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const { services, volumes } = parse(readFileSync('docker-compose.yml', 'utf8'), {
  merge: true,
}) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const each = Object.entries(services);
const own = each.filter(([, service]) => service.build !== undefined);
const needs = each.flatMap(([, { depends_on = {} }]) => Object.entries(depends_on));
/** Ends when it is done; others wait for that instead of its health. */
const isOneShot = (name: string): boolean =>
  needs.some(
    ([needed, { condition }]) => needed === name && condition === 'service_completed_successfully',
  );

/** The service whose `main` this is, if there is one in the sources. */
const serviceIn = (command = ''): string | null => {
  const name = /^dist\/apps\/([a-z]+)\/main\.js$/.exec(command)?.[1] ?? '';
  return existsSync(`apps/${name}/main.ts`) ? name : null;
};

const listeners = (text: string | undefined): ReadonlyMap<string, string> =>
  new Map(
    (text ?? '').split(',').map((listener) => {
      const [name, address] = listener.split('://');
      return [name!, address!];
    }),
  );

describe('docker-compose.yml', () => {
  it.each(each)(
    '%s is a pinned image, built from a file that is there if it is ours',
    (_, service) => {
      expect(service.image).toMatch(/^[a-z/-]+:v?\d+\.\d+/);
      if (service.build !== undefined) expect(existsSync(service.build.dockerfile)).toBe(true);
    },
  );

  it('runs the Kafka that infra/kafka runs without containers', () => {
    const [, version] = /<kafka\.version>(.+)<\/|kafka_2\.13<\/artifactId>\s*<version>(.+)<\//
      .exec(readFileSync('infra/kafka/pom.xml', 'utf8'))!
      .filter((group) => group !== undefined);
    expect(services['kafka']!.image).toBe(`apache/kafka:${version}`);
  });

  it.each(each)('%s says when it is healthy, or ends before others start', (name, service) => {
    if (isOneShot(name)) expect(service.healthcheck).toEqual({ disable: true });
    else expect(service.healthcheck?.test?.length).toBeGreaterThan(1);
  });

  it.each(each)('%s waits for what it needs', (_, service) => {
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(services)).toContain(needed);
      expect(condition).toBe(
        isOneShot(needed) ? 'service_completed_successfully' : 'service_healthy',
      );
    }
  });

  it('publishes each port once, on loopback only', () => {
    const ports = each.flatMap(([, service]) => service.ports ?? []);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\d+$/);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('declares the volumes that are used', () => {
    const used = each
      .flatMap(([, service]) => service.volumes ?? [])
      .map((volume) => volume.split(':')[0]!);
    for (const file of used.filter((name) => name.startsWith('./')))
      expect(existsSync(file)).toBe(true);
    expect(used.filter((name) => !name.startsWith('./')).sort()).toEqual(
      Object.keys(volumes).sort(),
    );
  });

  it('runs every role once, from one image', () => {
    const roles = own.flatMap(([name, { command = [] }]) => {
      const role = serviceIn(command[0]);
      if (role === null) return [];
      expect(role).toBe(name);
      return role;
    });
    expect([...roles].sort()).toEqual([...SERVICE_ROLES].sort());
    expect(new Set(own.map(([, { image }]) => image)).size).toBe(1);
    expect(services['migrate']).toMatchObject({
      entrypoint: ['node', '--enable-source-maps', 'dist/apps/cli/main.js'],
      command: ['migrate'],
    });
  });

  it.each(own)('%s has settings that the program knows and accepts', (_, { environment = {} }) => {
    const ours = Object.keys(environment).filter((name) => name.startsWith('LEDGER_'));
    expect(Object.keys(knownVariables())).toEqual(expect.arrayContaining(ours));
    expect(configFromEnvironment(environment)).toMatchObject({
      runtimeUrl: 'postgres://ledger_runtime:runtime@postgres:5432/ledger',
      kafkaBrokers: ['kafka:19092'],
      host: '0.0.0.0',
      port: 8080,
      metricsPort: 9464,
    });
  });

  it('is scraped at every role, by addresses that are published nowhere, and shown only where asked for', () => {
    const scraped = parse(readFileSync('infra/prometheus/prometheus.yml', 'utf8')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    const targets = scraped.scrape_configs.flatMap((job) =>
      job.static_configs.flatMap((one) => one.targets),
    );
    expect(targets.sort()).toEqual([...SERVICE_ROLES].map((role) => `${role}:9464`).sort());
    expect(each.flatMap(([, { ports = [] }]) => ports).join(' ')).not.toContain('9464');
    const asked = each.filter(([, { profiles }]) => profiles !== undefined);
    expect(asked.map(([name, { profiles }]) => [name, profiles])).toEqual([
      ['prometheus', ['metrics']],
      ['grafana', ['metrics']],
    ]);
    expect(services['prometheus']?.volumes).toContain('./infra/prometheus:/etc/prometheus:ro');
  });

  it('gives what serves no more than the role that serves, and the owner to migrate alone', () => {
    const script = readFileSync('infra/docker/init-roles.sh', 'utf8');
    const { LEDGER_OWNER_PASSWORD, LEDGER_RUNTIME_PASSWORD } = services['postgres']!.environment!;
    for (const role of ['ledger_owner', 'ledger_runtime'])
      expect(script).toMatch(new RegExp(`^CREATE ROLE ${role} LOGIN PASSWORD`, 'm'));
    expect(script).not.toMatch(/SUPERUSER|CREATEROLE/);
    expect(script).toContain('CREATE DATABASE ledger OWNER ledger_owner');
    expect(services['postgres']!.volumes).toContain(
      './infra/docker/init-roles.sh:/docker-entrypoint-initdb.d/init-roles.sh:ro',
    );
    const at = 'postgres:5432/ledger';
    for (const [name, { environment = {} }] of own) {
      expect(environment['LEDGER_RUNTIME_URL']).toBe(
        `postgres://ledger_runtime:${LEDGER_RUNTIME_PASSWORD}@${at}`,
      );
      expect(environment['DATABASE_URL']).toBe(
        name === 'migrate' ? `postgres://ledger_owner:${LEDGER_OWNER_PASSWORD}@${at}` : undefined,
      );
    }
  });

  it('tells clients of Kafka an address that they can reach, inside and outside', () => {
    const { environment = {}, ports } = services['kafka']!;
    const advertised = listeners(environment['KAFKA_ADVERTISED_LISTENERS']);
    const open = listeners(environment['KAFKA_LISTENERS']);
    const protocols = environment['KAFKA_LISTENER_SECURITY_PROTOCOL_MAP']!.split(',');
    expect(advertised.get('INTERNAL')).toBe(own[0]![1].environment!['KAFKA_BROKERS']);
    expect(ports).toEqual([`${advertised.get('HOST')}:9092`]);
    for (const [name, address] of advertised)
      expect(open.get(name)).toBe(`:${address.split(':')[1]}`);
    expect(protocols).toEqual([...open.keys()].map((name) => `${name}:PLAINTEXT`));
    expect(environment['KAFKA_CONTROLLER_QUORUM_VOTERS']).toBe(
      `1@kafka${open.get(environment['KAFKA_CONTROLLER_LISTENER_NAMES']!)}`,
    );
    expect(advertised.has(environment['KAFKA_INTER_BROKER_LISTENER_NAME']!)).toBe(true);
    expect(environment['KAFKA_AUTO_CREATE_TOPICS_ENABLE']).toBe('false');
  });
});

describe('the image', () => {
  const lines = readFileSync('infra/docker/Dockerfile', 'utf8').split('\n');

  it('is built in stages, leaves the embedded database out, and runs as nobody special', () => {
    expect(lines.filter((line) => line.startsWith('FROM '))).toHaveLength(2);
    // What bundles the dashboard is optional too: nothing of it is left when all is built.
    expect(lines.filter((line) => line.includes('npm prune'))).toEqual([
      expect.stringContaining('--omit=dev --omit=optional'),
    ]);
    expect(lines).toContain('USER 1000:1000');
  });

  it('starts whatever service is given with the options it was measured with, standalone if none is', () => {
    const said = (word: string): unknown =>
      JSON.parse(lines.find((line) => line.startsWith(`${word} `))?.slice(word.length) ?? 'null');
    expect(said('ENTRYPOINT')).toEqual([
      ...['node', '--min-semi-space-size=64', '--max-semi-space-size=64', '--enable-source-maps'],
    ]);
    expect(said('CMD')).toEqual(['dist/apps/standalone/main.js']);
    expect(serviceIn('dist/apps/standalone/main.js')).toBe('standalone');
  });

  it('says when it is well where no service file does', () => {
    expect(lines.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
  });
});
