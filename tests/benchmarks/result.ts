import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** One side's figure in one measurement. */
export interface Figure {
  readonly side: string;
  /** Per second, one number a round. */
  readonly perSecond: readonly number[];
  /** Of single calls, over all rounds; null where calls were not timed. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly note: string;
}

export interface Result {
  readonly name: string;
  readonly what: string;
  readonly payload: string;
  readonly figures: readonly Figure[];
  /** What the ratio to the first peer should be; null where there is no peer. */
  readonly goal: string | null;
}

export interface Surroundings {
  readonly at: string;
  readonly machine: string;
  readonly node: string;
  readonly server: string;
  readonly options: string;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
};

export const quantile = (values: readonly number[], part: number): number => {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
};

/** Of the first side to this one, the median of the rounds' ratios: noise that moves both sides of a round cancels out. */
const ratioTo = ({ figures: [first] }: Result, other: Figure): number | null =>
  first === undefined || first === other
    ? null
    : median(first.perSecond.map((value, round) => value / (other.perSecond[round] ?? Number.NaN)));

export const machine = (): string =>
  `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, ` +
  `${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()}`;

const count = (value: number): string => Math.round(value).toLocaleString('en-US');

export const toMarkdown = (results: readonly Result[], around: Surroundings): string => {
  const rows = results.flatMap((result) =>
    result.figures.map((figure, index) => {
      const ratio = ratioTo(result, figure);
      return [
        index === 0 ? `${result.name}: ${result.what}` : '',
        figure.side,
        count(median(figure.perSecond)),
        `${count(Math.min(...figure.perSecond))} to ${count(Math.max(...figure.perSecond))}`,
        figure.p50Ms === null ? '' : `${figure.p50Ms.toFixed(2)} / ${figure.p99Ms?.toFixed(2)}`,
        ratio === null ? '' : ratio.toFixed(2),
        index === 0 ? (result.goal ?? '') : '',
        [index === 0 ? result.payload : '', figure.note].filter(Boolean).join('; '),
      ];
    }),
  );
  const header = ['measured', 'side', 'per s', 'range', 'p50 / p99 ms', 'ratio', 'goal', 'notes'];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `Measured ${around.at} on ${around.machine}; Node ${around.node}; ${around.server}.`,
    `Options: ${around.options}. Medians of the rounds; a ratio is of the first side to this one, the median of the rounds.`,
    '',
    line(header),
    line(header.map(() => '---')),
    ...rows.map(line),
    '',
  ].join('\n');
};

/** `.ledger/bench/<time>.json` and `.md`, and the same as `latest`. Returns the Markdown's path. */
export const writeResults = (
  root: string,
  results: readonly Result[],
  around: Surroundings,
): string => {
  const folder = join(root, '.ledger', 'bench');
  mkdirSync(folder, { recursive: true });
  const json = `${JSON.stringify({ around, results }, null, 2)}\n`;
  const markdown = toMarkdown(results, around);
  for (const name of [around.at.replace(/[:.]/g, '-'), 'latest']) {
    writeFileSync(join(folder, `${name}.json`), json);
    writeFileSync(join(folder, `${name}.md`), markdown);
  }
  return join(folder, 'latest.md');
};
