import { projections } from '../../../libs/projections/all.js';
import { waitForViews } from '../../../libs/projections/engine/status.js';
import type { Config } from '../../../libs/host/config.js';
import { createLogger } from '../../../libs/host/logger.js';
import { isEmbedded } from '../../../libs/host/database.js';
import type { Served } from '../../../libs/host/service.js';
import { openSystem } from '../../../libs/host/system.js';
import { tellNewRole } from '../new-role.js';
import type { Output } from '../output.js';
import { servingEnvironment, startRoleChild } from './role-child.js';

export type ServedDemo = Pick<Served, 'url' | 'system' | 'waitForViews'> & {
  close(): Promise<void>;
};

/**
 * Serves in this process over the embedded database. Over one of the user's own this process is given the owner's
 * credentials, to migrate, and so another one serves.
 */
export const serveDemo = async (config: Config, output: Output): Promise<ServedDemo> => {
  const logLevel = config.logLevel === 'info' ? 'warn' : config.logLevel;
  if (isEmbedded(config)) {
    // Loaded only here: the api takes longer to load than most commands take to run.
    const { serve } = await import('../../standalone/serve.js');
    return serve(config, createLogger(logLevel));
  }
  const system = await openSystem(config, { migrate: true });
  try {
    tellNewRole(output, system);
    const environment = { ...process.env, LEDGER_LOG_LEVEL: logLevel };
    const child = await startRoleChild(null, servingEnvironment(environment, system), (what) =>
      output.warn(what),
    );
    return {
      url: child.url,
      system,
      waitForViews: (minPosition, timeoutMs) =>
        waitForViews(system.views, projections, minPosition, timeoutMs),
      close: async () => {
        await child.stop();
        await system.close();
      },
    };
  } catch (error) {
    await system.close();
    throw error;
  }
};
