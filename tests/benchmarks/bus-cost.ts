// What Nest's CommandBus adds to usage: the same RecordUsage handed to its handler, and through the bus, over a ledger that
// answers at once. Prints microseconds a command, the lowest of some rounds.
//   node --import ./tests/support/typescript.mjs tests/benchmarks/bus-cost.ts
import type pg from 'pg';
import { RecordUsage, RecordUsageHandler } from '../../libs/application/record-usage.js';
import type { UsageInbox } from '../../libs/application/inbox/usage-inbox.js';
import type { Ledger, Outcome, StreamReader } from '../../libs/ledger/ledger.js';
import { applicationOver } from '../support/application.js';

const ROUNDS = 15;

const outcome: Outcome = { outcome: 'overloaded' };
const ledger = {
  submit: () => Promise.resolve(outcome),
  submitTogether: () => Promise.resolve([outcome]),
} as unknown as Ledger & StreamReader;
const poster = { tenant: 'bench', name: 'bench', role: 'poster' } as const;
const commandOf = (count: number): RecordUsage =>
  new RecordUsage(
    Array.from({ length: count }, (_, n) => ({
      event: {
        ...{ source: 'bench', id: `e-${n}`, agreement: 'a', effectiveAt: '2026-03-01T00:00:00Z' },
        ...{ currency: 'USD', amount: '1.25' },
      },
    })),
    poster,
    'http',
  );

const inbox = { refuse: () => Promise.resolve() } as unknown as UsageInbox;
const { commands } = await applicationOver(ledger, {} as pg.Pool);
const handler = new RecordUsageHandler(ledger, inbox, {});

const microseconds = async (times: number, once: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  for (let n = 0; n < times; n += 1) await once();
  return ((performance.now() - started) * 1_000) / times;
};

for (const [events, times] of [
  [1, 20_000],
  [1_000, 100],
] as const) {
  const command = commandOf(events);
  let [direct, bus] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round += 1) {
    direct = Math.min(direct, await microseconds(times, () => handler.execute(command)));
    bus = Math.min(bus, await microseconds(times, () => commands.execute(command)));
  }
  process.stdout.write(
    `${events} event(s) a command: handler ${direct.toFixed(1)} us, bus ${bus.toFixed(1)} us\n`,
  );
}
