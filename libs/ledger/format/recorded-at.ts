import type { Instant } from '../../domain/decider.js';
import { lastOf } from './last-of.js';

/** `2026-01-31T12:00:00.`: many entries share a second, and making its text is most of the work. */
const textOfSecond = lastOf(
  (seconds: number, last: number) => seconds === last,
  (seconds) => new Date(seconds * 1000).toISOString().slice(0, 20),
);

/** The canonical instant of microseconds since 1970, which fit a JavaScript number until the year 2255. */
export const instantText = (micros: number): Instant => {
  const seconds = Math.floor(micros / 1_000_000);
  return `${textOfSecond(seconds)}${String(micros - seconds * 1_000_000).padStart(6, '0')}Z`;
};

/** The microseconds since 1970 of a canonical instant. */
export const instantMicros = (instant: Instant): number =>
  Date.parse(`${instant.slice(0, 19)}Z`) * 1000 + Number(instant.slice(20, 26));

/** The clock of a ledger, in microseconds. Injected, so that tests decide what time it is. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now() * 1000;
