import { projections } from '../../libs/projections/all.js';
import { startProjector, type Projector } from '../../libs/projections/projector.js';
import type { System } from '../standalone/system.js';

/** The ledger's heads, as `{shard: position}`. */
const headsOf = async (system: System): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries((await system.reader.heads()).map(({ shard, position }) => [shard, position]));

/**
 * Projects in this process for as long as the command runs. Another projector may run beside it (they take turns), and
 * where none runs the answers of the command line are still of now.
 */
export const projecting = (system: System): Promise<Projector> =>
  startProjector({ pool: system.pool, reader: system.reader, projections });

/**
 * Brings the views up to what the ledger holds now. False: not within the time, or one stands still at an event that it
 * cannot fold; answers then say how far they are.
 */
export const catchUp = async (system: System, timeoutMs = 60_000): Promise<boolean> => {
  const heads = await headsOf(system);
  const projector = await projecting(system);
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const settled = Object.entries(heads).map(([shard, position]) =>
      projector.settled(Number(shard), position, signal),
    );
    // One that is late or forked is told of by its answers, which say how far they are.
    await Promise.allSettled(settled);
    return projector.caughtUp(heads);
  } finally {
    await projector.stop();
  }
};
