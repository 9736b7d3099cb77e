import { addDays } from '../../../libs/domain/calendar.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import type { ApiResponse, RunningApi } from './running-api.js';

/** The commitment of `steadyUse`. */
export const STEADY = 'amazon-anthropic.cloud';

/** 2 a day in January, February and March, of 1,000 for 2026: 730 by its end. Comes back with the last entry, for `minPosition`. */
export const steadyUse = async ({ command, send }: RunningApi): Promise<string> => {
  const activatedAt = '2026-01-01T00:00:00Z';
  const days = Array.from({ length: 90 }, (_, day) => addDays('2026-01-01', day));
  const body = days.map((day) => ({
    ...{ ...USAGE, id: day, amount: '2' },
    effectiveAt: `${day}T00:00:00Z`,
  }));
  const done: ApiResponse[] = [
    await command('/v1/agreements', AGREEMENT),
    await command('/v1/agreements/amazon-anthropic/activation', { activatedAt }),
    await command('/v1/agreements/amazon-anthropic/commitments', PLEDGE),
    await send({ url: '/v1/usage-events/batch', body }),
  ];
  const refused = done.find(({ status }) => status >= 300);
  if (refused !== undefined) throw new Error(JSON.stringify(refused.json));
  const { shard, position } = done.at(-1)?.json.results.at(-1);
  return `${shard}:${position}`;
};
