import { createApi } from '../api/create-api.js';
import { projections } from '../../libs/projections/all.js';
import { startProjector, type Projector } from '../../libs/projections/projector.js';
import type { Config } from '../../libs/runtime/config.js';
import { databaseKeys } from '../../libs/runtime/api-keys.js';
import type { Logger } from '../../libs/runtime/logger.js';
import { createMetrics, type Metrics } from '../../libs/runtime/metrics.js';
import { VERSION } from '../../libs/runtime/version.js';
import { listen } from './listen.js';
import { sweepParked } from './sweep-parked.js';
import { openSystem, type System } from './system.js';

export interface Served {
  readonly url: string;
  readonly system: System;
  readonly projector: Projector;
  readonly metrics: Metrics;
  /** Drains: no new requests, what is in flight is answered, the last chunks are committed. */
  close(): Promise<void>;
}

/** Api, projector and the retry of parked usage in one process, over one database. */
export const serve = async (config: Config, logger: Logger): Promise<Served> => {
  const metrics = createMetrics(VERSION);
  const system = await openSystem(config, metrics);
  const closing: (() => Promise<unknown>)[] = [() => system.close()];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const projector = await startProjector({
      pool: system.pool,
      reader: system.reader,
      projections,
      onProgress: (progress) => {
        if (progress.kind !== 'advanced') logger.error(progress, 'a projection stands still');
      },
    });
    closing.push(() => projector.stop());
    closing.push(sweepParked(system, logger));
    const app = await createApi({
      ledger: system.ledger,
      reader: system.reader,
      recorder: system.recorder,
      views: system.views,
      keys: databaseKeys(system.pool),
      logger,
      metrics,
      version: VERSION,
    });
    closing.push(() => app.close());
    return { url: await listen(app, config), system, projector, metrics, close };
  } catch (error) {
    await close();
    throw error;
  }
};
