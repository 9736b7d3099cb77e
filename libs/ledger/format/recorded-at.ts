import type { Instant } from '../../domain/decider.js';

/** Microseconds since 1970 fit a JavaScript number until the year 2255. */
let second = -1;
let prefix = '';

/** The canonical instant of microseconds since 1970. Many entries share a second, so its text is kept. */
export const instantText = (micros: number): Instant => {
  const seconds = Math.floor(micros / 1_000_000);
  if (seconds !== second) {
    second = seconds;
    prefix = new Date(seconds * 1000).toISOString().slice(0, 20);
  }
  return `${prefix}${String(micros - seconds * 1_000_000).padStart(6, '0')}Z`;
};

let parsed = '';
let parsedMicros = 0;

/** Of a canonical instant. Here too the second is kept: rows of a batch share it. */
export const instantMicros = (instant: Instant): number => {
  const seconds = instant.slice(0, 19);
  if (seconds !== parsed) {
    parsedMicros = Date.parse(`${seconds}Z`) * 1000;
    parsed = seconds;
  }
  return parsedMicros + Number(instant.slice(20, 26));
};

/** The clock of a ledger, in microseconds. Injected, so that tests decide what time it is. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now() * 1000;
