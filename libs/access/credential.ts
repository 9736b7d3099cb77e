import type { IncomingMessage } from 'node:http';
import { headerValues } from '../contract/header-values.js';
import { Problem } from '../contract/problem.js';
import type { ApiKeys } from './api-keys.js';
import type { Principal, Role } from './principal.js';
import type { Sessions } from './sessions.js';

/** Everybody whose work is looking; those who only post usage see nothing. */
export const READERS: readonly Role[] = ['auditor', 'operator', 'approver'];

const BEARER = /^Bearer ([A-Za-z0-9._~+/-]{16,256}=*)$/i;

type Credential = Pick<IncomingMessage, 'headers' | 'rawHeaders'>;

/** A browser that signed in sends this cookie. */
export const SESSION_COOKIE = 'ledger_session';
const SESSION = new RegExp(`(?:^|;) *${SESSION_COOKIE}=([A-Za-z0-9_-]{43})(?:;|$)`);

/** The session that a request names, which counts where no key is sent. Null: it does not. */
export const sessionOf = (request: Credential): string | null =>
  headerValues(request, 'authorization').length > 0
    ? null
    : (SESSION.exec(request.headers.cookie ?? '')?.[1] ?? null);

/**
 * Who sends a request. Without sessions, a process knows keys only.
 * @throws Problem 401 for what is no credential, or no longer one.
 */
export const principalOf = async (
  request: Credential,
  keys: ApiKeys,
  sessions: Sessions | null = null,
): Promise<Principal> => {
  const session = sessionOf(request);
  if (session !== null && sessions !== null) return signedIn(session, keys, sessions);
  const [given, ...more] = headerValues(request, 'authorization');
  if (given === undefined) throw unauthorized('key-missing', 'send Authorization: Bearer <key>');
  if (more.length > 0 || request.headers['x-api-key'] !== undefined)
    throw unauthorized('key-repeated', 'send one credential');
  const key = BEARER.exec(given)?.[1];
  if (key === undefined)
    throw unauthorized(
      'key-malformed',
      'send Authorization: Bearer <key>, where a key is the text beginning with cl_ that was shown when it was made',
    );
  const principal = await keys.find(key);
  if (!principal) throw unauthorized('key-unknown', 'the key is not known, or was revoked');
  return principal;
};

const signedIn = async (session: string, keys: ApiKeys, sessions: Sessions): Promise<Principal> => {
  const held = sessions.find(session);
  if (held === null)
    throw unauthorized('session-ended', 'the sign-in is over, or this server was started anew');
  const principal = await keys.find(held.key);
  if (principal !== null) return principal;
  sessions.end(session);
  throw unauthorized('session-ended', 'the key that signed in was revoked');
};

/**
 * On a route that is open to everybody: the tenant whose views the sender may read, or null. A key that is sent must be
 * one, so that what it no longer shows is missed; but a database that is away closes nothing that is open.
 */
export const readableTenant = async (
  request: Credential,
  keys: ApiKeys,
): Promise<string | null> => {
  if (headerValues(request, 'authorization').length === 0) return null;
  try {
    const { role, tenant } = await principalOf(request, keys);
    return role === 'admin' || READERS.includes(role) ? tenant : null;
  } catch (error) {
    if (error instanceof Problem) throw error;
    return null;
  }
};

const unauthorized = (code: string, detail: string): Problem =>
  new Problem(401, code, detail, {
    headers: { 'www-authenticate': 'Bearer realm="commitment-ledger"' },
  });
