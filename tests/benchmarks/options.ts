import { parseArgs } from 'node:util';

export const MEASUREMENTS = [
  'B1',
  'B3',
  'import',
  'B6',
  'B10',
  'B12',
  'portfolio',
  'stream',
  'body',
] as const;
export type MeasurementName = (typeof MEASUREMENTS)[number];

export interface BenchOptions {
  readonly only: readonly MeasurementName[];
  /** Interleaved rounds (ours, peer, ours, peer …); the median counts. */
  readonly rounds: number;
  /** Seconds that each side runs in each round of B1, B3 and body. */
  readonly seconds: number;
  /** Rows of the import, of the backlog of B10, and of the ledgers of B12 and portfolio. */
  readonly rows: number;
}

/** `--only B1,B3,import,B6,B10,B12,portfolio,stream,body --rounds 5 --seconds 3 --rows 1000000` */
export const readOptions = (args: readonly string[]): BenchOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: MEASUREMENTS.join(',') },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      rows: { type: 'string', default: '1000000' },
    },
  });
  const only = values.only.split(',').map((name) => {
    const known = MEASUREMENTS.find((one) => one.toLowerCase() === name.trim().toLowerCase());
    if (known === undefined)
      throw new Error(`--only takes ${MEASUREMENTS.join(', ')}, not ${name}`);
    return known;
  });
  return {
    only,
    rounds: positive('rounds', values.rounds),
    seconds: positive('seconds', values.seconds),
    rows: positive('rows', values.rows),
  };
};

const positive = (name: string, text: string): number => {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} must be a number above zero, not ${text}`);
  return number;
};
