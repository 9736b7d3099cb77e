/** What can be wrong with the database before the ledger runs. The message says why and what to do about it. */
export type PostgresErrorCode =
  | 'embedded-postgres-missing'
  | 'embedded-postgres-failed'
  | 'embedded-postgres-version'
  | 'migration-changed'
  | 'migration-unknown'
  | 'cannot-create-role'
  | 'cannot-log-in'
  | 'shard-count-fixed'
  | 'shard-count-invalid'
  | 'server-version'
  | 'unsafe-durability';

export class PostgresError extends Error {
  override readonly name = 'PostgresError';
  constructor(
    readonly code: PostgresErrorCode,
    message: string,
  ) {
    super(message);
  }
}
