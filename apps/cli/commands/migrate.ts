import type { Command } from 'commander';
import { hasEmbedded, startEmbedded } from '../../../infra/postgres/embedded.js';
import {
  planMigration,
  type Migrated,
  type MigrationPlan,
} from '../../../infra/postgres/migrate.js';
import { migrationFiles } from '../../../infra/postgres/migrations.js';
import { VERSION } from '../../../libs/host/version.js';
import {
  embeddedFolder,
  isEmbedded,
  migrateDatabase,
  urlFor,
} from '../../../libs/host/database.js';
import type { Context } from '../context.js';
import { plural } from '../format.js';
import type { Report } from '../report.js';

interface MigrateFlags {
  readonly dryRun?: boolean;
  readonly newRuntimePassword?: boolean;
  readonly auditor?: readonly string[];
}

const migrationTable = (title: string, names: readonly string[]): Report['tables'] =>
  names.length === 0
    ? []
    : [
        {
          title,
          columns: [{ title: 'Migration', align: 'left' }],
          rows: names.map((name) => [name]),
        },
      ];

const NOW = ', shown only now; keep it where the ledger serves, and nowhere else';

const roleNotes = ({ runtime, withdrawn, views, auditors }: Migrated): string[] => [
  runtime.url !== null && (runtime.made || runtime.newPassword)
    ? `${runtime.made ? 'Made the role' : 'New password of the role'} ${runtime.role}, which serves and works${NOW}:`
    : `${runtime.role} serves and works (LEDGER_RUNTIME_URL)${runtime.url === null ? '; a new password for it: migrate --new-runtime-password' : ''}.`,
  ...(runtime.url !== null && (runtime.made || runtime.newPassword)
    ? [`LEDGER_RUNTIME_URL=${runtime.url}`]
    : []),
  ...(withdrawn.length === 0
    ? []
    : [
        `${withdrawn.join(', ')} served before and may no longer: restart what serves, with LEDGER_RUNTIME_URL.`,
      ]),
  ...(views === 'kept' ? [] : [`The tables of the views were ${views}.`]),
  ...(auditors.length === 0
    ? []
    : [
        `${auditors.join(', ')} may read (LEDGER_AUDITOR_URL); tables of views that exist already from ` +
          'the next start of serve, or of migrate with LEDGER_RUNTIME_URL.',
      ]),
];

const run = async (context: Context, flags: MigrateFlags): Promise<void> => {
  const database = await migrateDatabase(context.config, {
    ...(flags.newRuntimePassword === true && { newRuntimePassword: true }),
    ...(flags.auditor && { auditors: flags.auditor }),
  });
  const { migrated, words } = database;
  try {
    const { applied, ledgerId, shardCount, runtime, withdrawn, views, auditors } = migrated;
    const embedded = isEmbedded(context.config);
    context.output.report({
      headline:
        applied.length === 0
          ? `Up to date: ${words}.`
          : `Applied ${plural(applied.length, 'migration')} to ${words}.`,
      tables: migrationTable('Applied now', applied),
      notes: [
        `Ledger ${ledgerId}, ${plural(shardCount, 'shard')}, version ${VERSION}.`,
        // The embedded one keeps its passwords itself, and nobody has to give them.
        ...(embedded ? [] : roleNotes(migrated)),
      ],
      answer: {
        ...{ database: words, ledgerId, shardCount, version: VERSION, applied },
        runtime: embedded ? { ...runtime, url: null } : shownOnce(runtime),
        ...{ withdrawn, views, auditors },
      },
      records: {
        columns: ['ledgerId', 'shardCount', 'applied', 'runtimeRole', 'runtimeUrl'],
        rows: [
          [
            ledgerId,
            shardCount,
            applied.join(' '),
            runtime.role,
            embedded ? '' : (shownOnce(runtime).url ?? ''),
          ],
        ],
      },
      seen: null,
    });
  } finally {
    await database.stop();
  }
};

/** A password that was given is not repeated. */
const shownOnce = (runtime: Migrated['runtime']): Migrated['runtime'] => ({
  ...runtime,
  url: runtime.made || runtime.newPassword ? runtime.url : null,
});

const FRESH: MigrationPlan = {
  pending: migrationFiles().map(({ name }) => name),
  createsLedger: true,
  runtimeRole: null,
  makesRole: true,
  withdraws: [],
};

/** Of an embedded database that is not there yet nothing is asked, because asking would make it. */
const planFor = async (context: Context): Promise<{ plan: MigrationPlan; words: string }> => {
  const { config } = context;
  const { runtimeUrl } = config;
  if (!isEmbedded(config)) {
    const { url } = urlFor(config, 'owner');
    return {
      plan: await planMigration(url, { runtimeUrl }),
      words: 'the database of DATABASE_URL',
    };
  }
  const dataDir = embeddedFolder(config);
  if (!hasEmbedded(dataDir))
    return { plan: FRESH, words: `an embedded PostgreSQL, made in ${dataDir}` };
  const server = await startEmbedded({ dataDir, mustExist: true });
  try {
    const plan = await planMigration(server.ownerUrl, { runtimeUrl: server.runtimeUrl });
    return { plan, words: `the embedded PostgreSQL in ${server.dataDir}` };
  } finally {
    await server.stop();
  }
};

const runDry = async (context: Context): Promise<void> => {
  const { plan, words } = await planFor(context);
  const { pending, createsLedger, runtimeRole, makesRole, withdraws } = plan;
  const nothing = pending.length === 0 && !createsLedger && !makesRole && withdraws.length === 0;
  context.output.report({
    headline: nothing
      ? `Nothing would change in ${words}.`
      : `${plural(pending.length, 'migration')} would be applied to ${words}. Nothing was changed.`,
    tables: migrationTable('Would be applied', pending),
    notes: [
      ...(createsLedger ? ['The ledger would be created.'] : []),
      makesRole
        ? `The role ${runtimeRole ?? 'ledger_runtime_… (with the ledger’s id)'} would be made, to serve and work.`
        : `The role ${runtimeRole} would be granted what it needs to serve and work.`,
      ...(withdraws.length === 0
        ? []
        : [
            `${withdraws.join(', ')} could no longer serve, and its views would be handed over or filled again.`,
          ]),
    ],
    answer: { dryRun: true, ...plan },
    records: { columns: ['pending'], rows: pending.map((name) => [name]) },
    seen: null,
  });
};

export const registerMigrate = (
  program: Command,
  contextOf: (command: Command) => Context,
): void => {
  const migrate = program
    .command('migrate')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--new-runtime-password', 'another password for the role that serves; it is printed')
    .option(
      '--auditor <role>',
      'let a role that exists read everything and change nothing; repeat for more',
      (role: string, before: readonly string[] | undefined) => [...(before ?? []), role],
    );
  migrate.action(async () => {
    const flags = migrate.opts<MigrateFlags>();
    await (flags.dryRun === true ? runDry(contextOf(migrate)) : run(contextOf(migrate), flags));
  });
};
