import { placeIn, roleIn } from '../../infra/postgres/url.js';
import type { Config } from './config.js';

const SECRET = /secret|password|token|credential/i;

/** What a process runs with, for its log: of databases who logs in where, of a secret that there is one. */
export const shownSettings = (config: Config): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(config).map(([name, value]: [string, unknown]) => [name, shown(name, value)]),
  );

const shown = (name: string, value: unknown): unknown => {
  if (value === null || value === undefined) return null;
  if (SECRET.test(name)) return '(given)';
  if (typeof value === 'string' && /^postgres(ql)?:/.test(value))
    return `${roleIn(value)} at ${placeIn(value)}`;
  return value;
};
