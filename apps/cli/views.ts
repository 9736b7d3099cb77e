import { projections } from '../../libs/projections/all.js';
import { startProjector } from '../../libs/projections/projector.js';
import type { System } from '../standalone/system.js';

/** The ledger's heads, as `{shard: position}`. */
const headsOf = async (system: System): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries((await system.reader.heads()).map(({ shard, position }) => [shard, position]));

/**
 * For commands that have written: brings the views up to what the ledger holds now. Another projector may run beside it
 * (they take turns). False: not within the time; answers then say how far they are.
 */
export const catchUp = async (system: System, timeoutMs = 60_000): Promise<boolean> => {
  const heads = await headsOf(system);
  const { pool, reader } = system;
  const projector = await startProjector({ pool, reader, projections });
  try {
    return await projector.waitFor(heads, timeoutMs);
  } finally {
    await projector.stop();
  }
};
