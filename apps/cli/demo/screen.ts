import { madeUp } from '../../../infra/reference-portfolio/made-up.js';
import { readPortfolio } from '../../../infra/reference-portfolio/portfolio.js';
import type { Config } from '../../../libs/host/config.js';
import { isEmbedded } from '../../../libs/host/database.js';
import type { System } from '../../../libs/host/system.js';
import { showView } from '../commands/show.js';
import type { DemoKeys } from '../demo-keys.js';
import type { Output } from '../output.js';
import { wrapped } from '../text-width.js';

/** Both demos show how every pledge stands, from the views; the box comes after it, where it stays on the screen. */
export const showPledges = async (
  output: Output,
  system: Pick<System, 'queries'>,
  tenant: string,
  stopped: AbortSignal,
): Promise<void> => {
  if (stopped.aborted) return;
  output.report(await showView('portfolio', system.queries, tenant));
  output.say(`\n${wrapped(madeUp(readPortfolio()), output.saidWidth)}`);
};

/** Lines in a frame as wide as the widest of them; without one where the screen is narrower, which would break it. */
const framed = (lines: readonly string[], screenWidth: number): string => {
  const width = Math.max(...lines.map((line) => line.length));
  if (width + 4 > screenWidth) return lines.join('\n');
  const edge = '─'.repeat(width + 2);
  return [`┌${edge}┐`, ...lines.map((line) => `│ ${line.padEnd(width)} │`), `└${edge}┘`].join('\n');
};

export interface RunningDemo {
  /** The address of the api. */
  readonly url: string;
  /** The dashboard, with what signs in once. Null: there is none. */
  readonly dashboard: string | null;
  readonly database: string;
  readonly keys: DemoKeys;
  /** What else there is: label and value. */
  readonly more?: readonly (readonly [label: string, value: string])[];
  readonly startOver: string;
}

/** The box at the end of the demo: addresses, keys, and commands to try. */
export const box = (
  { url, dashboard, database, keys, more = [], startOver }: RunningDemo,
  config: Config,
  screenWidth = Infinity,
): string => {
  const line = (label: string, value: string): string => `${label.padEnd(11)} ${value}`;
  const lines = [
    'The Commitment Ledger is running.',
    '',
    ...(dashboard === null
      ? []
      : ['Look at it (this link signs in once, within an hour):', `  ${dashboard}`, '']),
    line('API docs', `${url}/docs`),
    line('Metrics', `${url}/metrics`),
    line('Health', `${url}/health/ready`),
    line(
      'Database',
      isEmbedded(config) ? 'embedded PostgreSQL 18 (for trying out and tests)' : database,
    ),
    ...more.map(([label, value]) => line(label, value)),
    line('Data', config.dataDir),
    line('Tenant', config.tenant),
    '',
    'Demo API keys, by role (Authorization: Bearer <key>)',
    ...Object.entries(keys).map(([role, key]) => `  ${role.padEnd(9)} ${key}`),
    '',
    'Try, in another terminal:',
    '  npm run cli -- show portfolio --watch',
    '  npm run cli -- show concentration',
    '  npm run cli -- verify',
    '',
    `Stop: Ctrl-C    Start over: ${startOver}`,
  ];
  return framed(lines, screenWidth);
};
