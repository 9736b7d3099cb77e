import type { ItemResult, UsageChannel, UsageEvent } from '../contract/usage/usage-event.js';
import type { RefusalChannel } from './inbox/refusals.js';

/** What a process makes of what passes its buses: metrics and logs. None of it changes what is answered. */
export interface Observer {
  readonly count?: (channel: UsageChannel, outcome: ItemResult['outcome'], count: number) => void;
  /** Codes of what was refused, one each. */
  readonly refused?: (channel: RefusalChannel, codes: readonly string[]) => void;
  /** The ledger fails on this event, and it is no error of the database's. */
  readonly onFault?:
    ((error: unknown, event: Pick<UsageEvent, 'source' | 'id'>) => void) | undefined;
  /** A parked row is not what was parked: it was not recorded but refused. */
  readonly onAltered?: ((item: AlteredItem) => void) | undefined;
  /** A question was answered, or refused, after so many seconds. */
  readonly asked?: (question: string, seconds: number) => void;
}

/** `differs`: the columns of the parked row that are not what was parked. */
export interface AlteredItem {
  readonly source: string;
  readonly id: string;
  readonly differs: readonly string[];
}
