import pg from 'pg';
import { verifyLedger } from '../../libs/audit/verify.js';
import { importedLedger } from './measure-import.js';
import type { Result } from './result.js';
import type { BenchServer } from './server.js';

/** Verification of an imported ledger: a fifth of the import's rows, which is enough for a steady rate. */
export const measureVerify = async (bench: {
  readonly root: string;
  readonly server: BenchServer;
  readonly options: { readonly rows: number; readonly rounds: number };
}): Promise<Result> => {
  const { ownerUrl, runtimeUrl } = await importedLedger(bench, Math.ceil(bench.options.rows / 5));
  const pool = new pg.Pool({ connectionString: runtimeUrl, max: 1 });
  const perSecond: number[] = [];
  let events = 0;
  try {
    for (let round = 0; round < bench.options.rounds; round += 1) {
      const report = await verifyLedger({ pool });
      if (!report.sound) throw new Error(JSON.stringify(report.findings[0]));
      events = report.events;
      perSecond.push((report.events * 1000) / report.durationMs);
    }
  } finally {
    await pool.end();
    await bench.server.drop(ownerUrl);
  }
  return {
    name: 'B6',
    what: 'verify: every hash, the chain, every column, every decision again',
    payload: `${events} events`,
    goal: null,
    figures: [
      { side: 'commitment-ledger', perSecond, p50Ms: null, p99Ms: null, note: 'one connection' },
    ],
  };
};
