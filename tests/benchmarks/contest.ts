import { median, quantile, type Figure } from './result.js';

/** One side of a comparison: made afresh for every round, on a database of its own. */
export interface Contestant {
  readonly side: string;
  readonly note: string;
  open(round: number): Promise<Opened>;
}

export interface Opened {
  /** One call of one caller; returns how many events it made durable. `call` counts from 0 for each caller. */
  call(caller: number, call: number): Promise<number>;
  close(): Promise<void>;
}

export interface Contest {
  readonly contestants: readonly Contestant[];
  readonly callers: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly onRound?: (side: string, round: number, perSecond: number) => void;
}

const WARM_UP_SECONDS = 0.5;

/** Ours, peer, ours, peer … : what the machine does to one round it does to both. */
export const contest = async (setup: Contest): Promise<readonly Figure[]> => {
  const rates = setup.contestants.map((): number[] => []);
  const times = setup.contestants.map((): number[] => []);
  for (let round = 0; round < setup.rounds; round += 1) {
    for (const [index, contestant] of setup.contestants.entries()) {
      const opened = await contestant.open(round);
      try {
        const first = await load(opened, setup.callers, WARM_UP_SECONDS, 0);
        const measured = await load(opened, setup.callers, setup.seconds, first.calls);
        rates[index]?.push(measured.perSecond);
        times[index]?.push(quantile(measured.times, 0.5), quantile(measured.times, 0.99));
        setup.onRound?.(contestant.side, round, measured.perSecond);
      } finally {
        await opened.close();
      }
    }
  }
  return setup.contestants.map(({ side, note }, index) => ({
    side,
    note,
    perSecond: rates[index] ?? [],
    p50Ms: median((times[index] ?? []).filter((_, at) => at % 2 === 0)),
    p99Ms: median((times[index] ?? []).filter((_, at) => at % 2 === 1)),
  }));
};

interface Load {
  readonly perSecond: number;
  readonly times: readonly number[];
  /** The most that one caller did: where the next load goes on counting. */
  readonly calls: number;
}

/** Closed loop: each caller waits for its durable answer before it asks again. */
const load = async (
  opened: Opened,
  callers: number,
  seconds: number,
  firstCall: number,
): Promise<Load> => {
  const times: number[] = [];
  let events = 0;
  let calls = firstCall;
  const started = performance.now();
  const until = started + seconds * 1000;
  const loop = async (caller: number): Promise<void> => {
    for (let call = firstCall; performance.now() < until; call += 1) {
      const asked = performance.now();
      // Not `events += await …`: that reads `events` before the wait and loses the other callers' counts.
      const done = await opened.call(caller, call);
      events += done;
      times.push(performance.now() - asked);
      calls = Math.max(calls, call + 1);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  return { perSecond: (events * 1000) / (performance.now() - started), times, calls };
};
