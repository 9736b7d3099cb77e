import { isEmbedded } from '../../libs/host/database.js';
import type { System } from '../../libs/host/system.js';
import type { Output } from './output.js';

/** Its password is known now and never again. */
export const tellNewRole = (
  output: Output,
  { config, migrated }: Pick<System, 'config' | 'migrated'>,
): void => {
  if (migrated?.runtime.made !== true || isEmbedded(config) || config.runtimeUrl !== null) return;
  output.say(
    `Made the role ${migrated.runtime.role} that serves and works. Keep this, it is shown only now:\n  LEDGER_RUNTIME_URL=${migrated.runtimeUrl}`,
  );
};
