import type { Command } from 'commander';
import type { Context } from '../context.js';

/** Adds one command, with all that is below it, and what it does. */
type Register = (program: Command, contextOf: (command: Command) => Context) => void;

/** A command of the first level, told before it is loaded. */
export interface Listed {
  readonly name: string;
  readonly about: string;
  readonly load: () => Promise<Register>;
}

/** The commands, in the order of the help text. */
export const COMMANDS: readonly Listed[] = [
  {
    name: 'demo',
    about: 'the reference deals and a year of synthetic usage, served; again: resumes',
    load: async () => (await import('./demo.js')).registerDemo,
  },
  {
    name: 'serve',
    about: 'api and projector in one process, until stopped; or roles of distributed mode',
    load: async () => (await import('./serve.js')).registerServe,
  },
  {
    name: 'migrate',
    about: 'create or bring up to date the database, as its owner (DATABASE_URL)',
    load: async () => (await import('./migrate.js')).registerMigrate,
  },
  {
    name: 'seed',
    about: 'load the reference deals and a year of synthetic usage; again: nothing',
    load: async () => (await import('./seed.js')).registerSeed,
  },
  {
    name: 'import',
    about: 'bring in files of usage',
    load: async () => (await import('./import.js')).registerImport,
  },
  {
    name: 'post',
    about: 'send facts to the ledger',
    load: async () => (await import('./post.js')).registerPost,
  },
  {
    name: 'show',
    about: 'tables for operations: the same answers as the API gives',
    load: async () => (await import('./show.js')).registerShow,
  },
  {
    name: 'alerts',
    about: 'what fires and what has fired, newest first',
    load: async () => (await import('./alerts.js')).registerAlerts,
  },
  {
    name: 'what-if',
    about:
      'what would come of growth, other prices or an outage, beside the forecast; records nothing',
    load: async () => (await import('./what-if.js')).registerWhatIf,
  },
  {
    name: 'explain',
    about: 'the entries, rules and terms that made a figure of a view, as a table that adds up',
    load: async () => (await import('./explain.js')).registerExplain,
  },
  {
    name: 'verify',
    about:
      'recompute the ledger from its stored bytes, decide every request again, and look at what guards it; exit code 3 when ' +
      'anything is not as it was',
    load: async () => (await import('./verify.js')).registerVerify,
  },
  {
    name: 'replay',
    about:
      'fold every event from zero and compare with the live views, row by row; writes nothing; exit code 3 when they differ',
    load: async () => (await import('./replay.js')).registerReplay,
  },
  {
    name: 'export',
    about:
      'every entry as a line of JSON with its hash, the heads last: for a verifier that is not ours',
    load: async () => (await import('./export.js')).registerExport,
  },
  {
    name: 'projection',
    about: 'the views: how far they are, and building them again',
    load: async () => (await import('./projection.js')).registerProjection,
  },
  {
    name: 'key',
    about: 'API keys of the tenant',
    load: async () => (await import('./key.js')).registerKey,
  },
  {
    name: 'dlq',
    about: 'what came and is not in the ledger: parked, refused, discarded, dead letters',
    load: async () => (await import('./dlq.js')).registerDlq,
  },
  {
    name: 'doctor',
    about: 'looks at Node, settings, disk, port, database, views and Kafka, and says what to do',
    load: async () => (await import('./doctor.js')).registerDoctor,
  },
];
