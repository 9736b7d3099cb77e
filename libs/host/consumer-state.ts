import type { ConsumerStatus } from '../messaging/ports.js';

/** Why a member of a group does not work, in words; null: it does. */
export const whyNotWorking = (state: ConsumerStatus['state']): string | null =>
  ({
    starting: 'joining its group',
    working: null,
    silent: 'no broker answers',
    restarting: 'no broker answers, or its group does not gather; see the log',
    closed: 'stopping',
  })[state];
