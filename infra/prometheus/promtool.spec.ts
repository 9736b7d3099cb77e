import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

/** Debian: apt install prometheus. */
const PROMTOOL = process.env['PROMTOOL'] ?? 'promtool';

const promtool = (...args: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(PROMTOOL, args, { encoding: 'utf8' });
  return `${status ?? String(error)}\n${stdout}${stderr}`;
};

const isThere = spawnSync(PROMTOOL, ['--version']).status === 0;
const isRequired = (process.env['LEDGER_TEST_REQUIRE'] ?? '').split(',').includes('promtool');
if (!isThere && !isRequired)
  process.stderr.write(
    '\nSKIPPED, no promtool: what Prometheus itself says of infra/prometheus (Debian: apt install prometheus, or PROMTOOL=…)\n',
  );

(isThere || isRequired ? describe : describe.skip)('Prometheus, asked about its own files', () => {
  it.each(['prometheus.yml', 'standalone.yml'])(
    'takes %s with the alerts that it names',
    (file) => {
      expect(promtool('check', 'config', `infra/prometheus/${file}`)).toMatch(/^0\n/);
    },
  );

  it('fires the alerts that it should, and no others', () => {
    expect(promtool('test', 'rules', 'infra/prometheus/alerts.test.yml')).toMatch(/^0\n/);
  });
});
