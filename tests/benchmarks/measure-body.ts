import { performance } from 'node:perf_hooks';
import { UsageEventBody } from '../../libs/contract/usage/bodies.js';
import { explain } from '../../libs/contract/validation/explain.js';
import { validateBody } from '../../libs/contract/validation/validate.js';
import { PAYLOAD_BYTES, usageEvent } from './payload.js';
import type { Result } from './result.js';

const SLICE_MS = 50;
const CALLS = 1_000;
/** As they were parsed: each an object of its own. */
const EVENTS = Array.from(
  { length: CALLS },
  (_, index) =>
    JSON.parse(JSON.stringify(usageEvent('bench-agreement-1', `12-3456-${index}`))) as Record<
      string,
      unknown
    >,
);

type Judge = (event: Record<string, unknown>) => readonly unknown[];

const SIDES: readonly (readonly [side: string, Judge])[] = [
  ['compiled check', (event) => validateBody(UsageEventBody, event)],
  ['class-validator', (event) => explain(UsageEventBody, event)],
];

/** Events a second, by turns of 50 ms so that what else the machine does is in both. */
const perSecond = (seconds: number): readonly number[] => {
  const [judged, took] = [SIDES.map(() => 0), SIDES.map(() => 0)];
  while (took.some((ms) => ms < seconds * 1_000))
    for (const [at, [, judge]] of SIDES.entries()) {
      const started = performance.now();
      for (let end = started + SLICE_MS; performance.now() < end;) {
        for (const event of EVENTS)
          if (judge(event).length > 0) throw new Error('an event that is right was refused');
        judged[at] = (judged[at] ?? 0) + CALLS;
      }
      took[at] = (took[at] ?? 0) + performance.now() - started;
    }
  return judged.map((events, at) => (events * 1_000) / (took[at] ?? Number.NaN));
};

/** A usage event that is right, judged by the check that is compiled from class-validator's metadata, and by class-validator. */
export const measureBody = (rounds: number, seconds: number): Result => {
  perSecond(0.2);
  const all = Array.from({ length: rounds }, () => perSecond(seconds));
  return {
    name: 'body',
    what: 'a usage event against its class',
    goal: '>= 5',
    payload: `${PAYLOAD_BYTES} bytes of JSON, parsed`,
    figures: SIDES.map(([side], at) => ({
      side,
      perSecond: all.map((figures) => figures[at] ?? Number.NaN),
      p50Ms: null,
      p99Ms: null,
      note: '',
    })),
  };
};
