import type { ItemProblem } from '../../libs/contract/usage/usage-event.js';
import type { RecordPlace } from '../../libs/contract/messages/shard-key.js';
import type { IncomingRecord } from '../../libs/contract/messages/records.js';

/** A record that is no message: what is wrong with it, and what can be said of its sender. */
export interface Unread {
  readonly tenant: string | null;
  readonly source: string | null;
  readonly id: string | null;
  readonly problems: readonly ItemProblem[];
}

export interface Identified {
  readonly tenant: string;
  /** The record lay on another partition than its key's. */
  readonly isMisrouted?: boolean;
}

/** What became of a record. */
export type Verdict =
  | { readonly kind: 'settled' }
  | {
      readonly kind: 'refused';
      readonly problem: ItemProblem;
      /** Null: it did not say. */
      readonly source: string | null;
      readonly id: string | null;
      /** The refusal has its line in `ledger.refused` already. */
      readonly onRecord: boolean;
    }
  /** The record has to come again: nothing is known to be recorded. */
  | { readonly kind: 'retry'; readonly reason: string };

/** One ingest topic: how its records are read, and what is done with them. */
export interface Channel<Message extends Identified> {
  readonly topic: string;
  readonly deadLetters: string;
  /** How its refusals are filed. */
  readonly refusedAs: 'kafka' | 'kafka-commands';
  /**
   * Slices of a batch that are read and handed over while the ledger commits the one before. 0 where what comes later
   * must not be decided before what the ledger was too busy to take.
   */
  readonly slicesAhead: number;
  read(record: IncomingRecord, place: RecordPlace): Message | Unread;
  /** One verdict per message, in order. Throws when the world is to blame, never a message. */
  take(messages: readonly Message[]): Promise<readonly Verdict[]>;
}
