import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from './load.js';
import type { World } from './world.js';

const BETWEEN_MS = { least: 100, most: 600 } as const;
/** Nobody is up for so long: the machine does not keep up, or nothing starts any more. */
const NOBODY_MS_MAX = 60_000;
/** Then everything must come back by itself: without a rest, no process of a role may live for as long as a request. */
const KILLS_PER_ROUND = 10;

/**
 * SIGKILL to a random process that serves, and another one in its place at once, `count` times, while the load runs;
 * after every ten, each lane of the load must be acknowledged again. Answers how often each process was hit.
 */
export const killAtRandom = async (
  world: World,
  load: Load,
  count: number,
  random: () => number,
): Promise<Readonly<Record<string, number>>> => {
  const hits: Record<string, number> = {};
  let nobodySince = Date.now();
  for (let kills = 0; kills < count;) {
    await sleep(BETWEEN_MS.least + random() * (BETWEEN_MS.most - BETWEEN_MS.least));
    const candidates = await world.serving();
    const victim = candidates[Math.floor(random() * candidates.length)];
    if (victim === undefined) {
      if (Date.now() - nobodySince > NOBODY_MS_MAX)
        throw new Error(`nobody serves after ${kills} kills (seed ${load.seed})`);
      continue;
    }
    nobodySince = Date.now();
    await world.replace(victim);
    hits[victim] = (hits[victim] ?? 0) + 1;
    kills += 1;
    if (kills % KILLS_PER_ROUND > 0 && kills < count) continue;
    await load.everyLaneFlows();
    nobodySince = Date.now();
  }
  return hits;
};
