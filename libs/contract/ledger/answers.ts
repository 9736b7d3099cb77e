import {
  boolean,
  instant,
  integer,
  list,
  named,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';

export const EntryAnswer = named('EntryAnswer', {
  shard: integer(),
  position: integer('Gapless within the shard, from 1.'),
  hash: text('SHA-256 of a zero byte and the UTF-8 bytes of `entry`, hexadecimal.'),
  prev: text('Hash of the position before; the genesis hash at position 1.'),
  stream: text('kind:key'),
  version: integer(),
  type: text(),
  source: text(),
  id: text(),
  actor: text(),
  recordedAt: instant(),
  effectiveAt: instant(),
  entry: text('The text that was hashed, as it is stored.'),
});
/** One entry, with the text that was hashed. */
export type EntryAnswer = AnswerOf<typeof EntryAnswer>;

export const EntriesAnswer = named('EntriesAnswer', {
  data: list(EntryAnswer),
  hasMore: boolean(),
  next: orNull(text()),
  stoppedEarly: boolean(
    'The page is not full, and more may follow: so much was looked through that the rest is a question of its own.',
  ),
});
export type EntriesAnswer = AnswerOf<typeof EntriesAnswer>;

const HeadAnswer = named('HeadAnswer', {
  shard: integer(),
  epoch: integer(),
  position: integer(),
  hash: text(),
  recordedAt: orNull(instant()),
});

export const LedgerAnswer = named('LedgerAnswer', {
  ledgerId: text(),
  genesisHash: text(),
  shardCount: integer(),
  heads: list(HeadAnswer),
});
/** The ledger and how far each shard has got. */
export type LedgerAnswer = AnswerOf<typeof LedgerAnswer>;
