import { projections } from '../../libs/projections/all.js';
import { startProjector } from '../../libs/projections/engine/projector.js';
import type { System } from '../../libs/host/system.js';

/** The ledger's heads, as `{shard: position}`. */
const headsOf = async (system: System): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries((await system.reader.heads()).map(({ shard, position }) => [shard, position]));

/**
 * Views are brought up to what the ledger holds now, for commands that have written to it. Another projector may run beside it
 * (they take turns). False: not within the time, or one stands still at an event that it cannot fold; answers then say how
 * far they are.
 */
export const catchUp = async (system: System, timeoutMs = 60_000): Promise<boolean> => {
  const heads = await headsOf(system);
  const { pool, reader } = system;
  const projector = await startProjector({ pool, reader, projections });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const settled = Object.entries(heads).map(([shard, position]) =>
      projector.settled(Number(shard), position, signal),
    );
    // A view that is late or forked says so in its answers, which tell how far they are.
    await Promise.allSettled(settled);
    return projector.caughtUp(heads);
  } finally {
    await projector.stop();
  }
};
