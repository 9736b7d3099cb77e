import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const FOLDER = join('infra', 'grafana');

interface Source {
  readonly uid: string;
  readonly url: string;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly {
    readonly refId: string;
    readonly datasource: { readonly uid: string };
  }[];
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const yaml = (file: string): unknown => parse(readFileSync(join(FOLDER, file), 'utf8'));
const dashboards = readdirSync(join(FOLDER, 'dashboards')).map(
  (file) => JSON.parse(readFileSync(join(FOLDER, 'dashboards', file), 'utf8')) as Dashboard,
);
const [source] = (
  yaml('provisioning/datasources/prometheus.yml') as { datasources: readonly Source[] }
).datasources;

describe('what Grafana is provisioned with', () => {
  it('has a Prometheus that docker-compose.yml runs, and finds the dashboards where they are mounted', () => {
    const { services } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
      services: Record<string, { volumes: readonly string[]; ports: readonly string[] }>;
    };
    expect(source?.url).toBe('http://prometheus:9090');
    expect(services['prometheus']?.ports).toEqual(['127.0.0.1:9090:9090']);
    const { providers } = yaml('provisioning/dashboards/ledger.yml') as {
      providers: readonly { options: { path: string } }[];
    };
    expect(services['grafana']?.volumes).toEqual(
      expect.arrayContaining(
        providers.map(({ options }) => `./infra/grafana/dashboards:${options.path}:ro`),
      ),
    );
  });

  it.each(dashboards.map((one) => [one.title, one] as const))(
    '%s asks that source alone, in panels that say what they show and do not overlap',
    (_, { panels }) => {
      const asked = panels.flatMap(({ datasource, targets = [] }) =>
        [datasource, ...targets.map((target) => target.datasource)].flatMap(
          (one) => one?.uid ?? [],
        ),
      );
      expect(new Set(asked)).toEqual(new Set([source?.uid]));
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      for (const { type, title, description, targets = [] } of panels) {
        expect(title).not.toBe('');
        if (type === 'row') continue;
        expect({ title, description }).not.toEqual({ title, description: '' });
        expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
        expect(targets.length).toBeGreaterThan(0);
      }
      const taken = new Map<string, string>();
      for (const { title, gridPos } of panels) {
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
            expect([title, taken.get(`${x},${y}`)]).toEqual([title, undefined]);
            taken.set(`${x},${y}`, title);
          }
      }
    },
  );

  it('has dashboards with names of their own', () => {
    expect(dashboards.map(({ uid }) => uid).sort()).toEqual([
      'ledger-commitments',
      'ledger-operations',
    ]);
  });
});
