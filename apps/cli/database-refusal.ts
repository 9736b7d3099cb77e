/** A server that answers, and says no. */
export interface DatabaseRefusal {
  readonly what: string;
  readonly fix: string;
  /** The database took the sign-in, and refused only what came after it. */
  readonly reached: boolean;
}

const URLS = 'DATABASE_URL (its owner), LEDGER_RUNTIME_URL or LEDGER_AUDITOR_URL';

const outside = (what: string, fix: string): DatabaseRefusal => ({ what, fix, reached: false });

const LOG_IN = outside(
  'The database refuses the login',
  `Correct role and password in ${URLS}. The password of a role that migrate made: commitment-ledger migrate --new-runtime-password`,
);
const CERTIFICATE = outside(
  'The certificate of the database server cannot be trusted',
  'Name the authority that signed it (?sslmode=verify-full&sslrootcert=/path/ca.pem), or set NODE_EXTRA_CA_CERTS; ?sslmode=no-verify takes any.',
);
const PERMISSION: DatabaseRefusal = {
  what: 'The role that is logged in may not do this',
  fix:
    'As the owner: commitment-ledger migrate grants what is missing (LEDGER_RUNTIME_URL names who ' +
    'serves, --auditor who reads). What each command needs: commitment-ledger doctor',
  reached: true,
};
const READ_ONLY: DatabaseRefusal = {
  what: 'The database only lets itself be read (a standby, or default_transaction_read_only)',
  fix: 'Lead the URL to the primary server. Reading works here: verify, replay, show, export.',
  reached: true,
};

const BY_CODE: Readonly<Record<string, DatabaseRefusal>> = {
  '28P01': LOG_IN,
  '28000': outside(
    'The database refuses the login',
    `Correct the role in ${URLS}; it needs LOGIN, and pg_hba.conf must let it in from here (with or without TLS: ?sslmode=…).`,
  ),
  '3D000': outside(
    'There is no such database',
    `Correct its name in ${URLS}, or create it: CREATE DATABASE … OWNER …; then commitment-ledger migrate`,
  ),
  '42501': PERMISSION,
  '25006': READ_ONLY,
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE,
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT: CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE,
  CERT_HAS_EXPIRED: CERTIFICATE,
  ERR_TLS_CERT_ALTNAME_INVALID: CERTIFICATE,
};

/** pg gives these no code. */
const BY_MESSAGE: readonly (readonly [RegExp, DatabaseRefusal])[] = [
  [
    /does not support SSL connections/,
    outside(
      'The database server speaks no TLS',
      'Leave sslmode out of the URL (or ?sslmode=disable), or turn TLS on in the server (ssl = on).',
    ),
  ],
  [
    /client password must be a string|password must be a string/,
    outside('The database asks for a password', `Add it to the URL: ${URLS}.`),
  ],
];

/** What a refusal of the database means, by SQLSTATE, by Node's code of a TLS error, or by what the driver says. */
export const databaseRefusal = (code: string, message: string): DatabaseRefusal | null =>
  BY_CODE[code] ?? BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1] ?? null;
