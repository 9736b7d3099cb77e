import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { migrate } from '../../infra/postgres/migrate.js';
import { generateUsage } from '../../infra/reference-portfolio/generate-usage.js';
import { handle } from '../../libs/application/handle.js';
import { seedReferencePortfolio } from '../../infra/reference-portfolio/seed.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { runtimeUrlOf } from '../support/database.js';
import type { Result } from './result.js';
import type { BenchServer } from './server.js';

const IMPORT_TENANT = 'bench';
const AGREEMENT = 'amazon-anthropic';
const run = promisify(execFile);

interface ImportReport {
  readonly seconds: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly peakRssMb: number;
}

/** A ledger with the reference portfolio and `rows` imported rows. The caller drops the database. */
export const importedLedger = async (
  bench: { readonly root: string; readonly server: BenchServer },
  rows: number,
): Promise<{ ownerUrl: string; runtimeUrl: string; report: ImportReport }> => {
  const ownerUrl = await bench.server.emptyDatabase();
  const runtimeUrl = runtimeUrlOf(ownerUrl);
  await migrate(ownerUrl, { runtimeUrl });
  const today = new Date().toISOString().slice(0, 10);
  const ledger = await PostgresLedger.open({ url: runtimeUrl, deciders });
  await seedReferencePortfolio({
    decide: (envelope) => handle(ledger, envelope),
    reader: ledger,
    tenant: IMPORT_TENANT,
    today,
    actor: 'bench',
  });
  await ledger.close();
  const file = join(bench.root, '.ledger', 'bench', 'usage.csv');
  await writeUsage(file, today, rows);
  await bench.server.checkpoint();
  try {
    const child = join(dirname(fileURLToPath(import.meta.url)), `import-child${SUFFIX}`);
    // As the command line starts it: the larger young generation is for servers only.
    const flags = process.execArgv.filter((flag) => !flag.includes('semi-space-size'));
    const args = [...flags, child, runtimeUrl, file, AGREEMENT, IMPORT_TENANT];
    const { stdout } = await run(process.execPath, args, { cwd: bench.root });
    return { ownerUrl, runtimeUrl, report: JSON.parse(stdout) as ImportReport };
  } finally {
    rmSync(file);
  }
};

/** `.js` when compiled, `.ts` when run from the sources. */
const SUFFIX = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

const writeUsage = async (file: string, today: string, rows: number): Promise<void> => {
  mkdirSync(dirname(file), { recursive: true });
  const out = createWriteStream(file);
  for await (const line of generateUsage({ agreementId: AGREEMENT, today, rows })) {
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
};

export const measureImport = async (bench: {
  readonly root: string;
  readonly server: BenchServer;
  readonly options: { readonly rows: number };
}): Promise<Result> => {
  const { ownerUrl, report } = await importedLedger(bench, bench.options.rows);
  await bench.server.drop(ownerUrl);
  const { recorded = 0, read = 0, ...others } = report.counts;
  const rest = Object.entries(others)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `, ${count} ${outcome}`);
  return {
    name: 'import',
    what: `FOCUS file of ${bench.options.rows.toLocaleString('en-US')} generated rows`,
    payload: `${read} rows: ${recorded} recorded${rest.join('')} in ${report.seconds.toFixed(1)} s`,
    goal: 'peak memory < 300 MB',
    figures: [
      {
        side: 'commitment-ledger',
        perSecond: [recorded / report.seconds],
        p50Ms: null,
        p99Ms: null,
        note: `peak memory of the process ${report.peakRssMb} MB`,
      },
    ],
  };
};
