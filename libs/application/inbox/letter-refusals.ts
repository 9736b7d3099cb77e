import type { Pool } from 'pg';
import { messageDigest, type DeadLetter } from '../../contract/messages/dead-letter.js';
import { readInvestmentMessage } from '../../contract/messages/investment-ingest.js';
import { readUsageMessage } from '../../contract/messages/usage-ingest.js';
import { refusedMessages, type RefusedMessage } from './kept-usage.js';
import { kept } from './refusals.js';

export interface LetterName {
  readonly tenant: string | null;
  readonly source: string | null;
  readonly id: string | null;
  readonly agreement: string | null;
}

/** Whose it was, as far as the original says. */
export const letterName = ({ topic, original }: DeadLetter): LetterName => {
  const read = topic.endsWith('usage.ingest') ? readUsageMessage : readInvestmentMessage;
  try {
    const message = read(original, { partition: 0, partitions: 1 });
    const { tenant } = message;
    if (!('event' in message)) {
      const { source, id } = message;
      return { tenant, source, id, agreement: null };
    }
    const { source, id, agreement } = message.event;
    return { tenant, source, id, agreement };
  } catch {
    return { tenant: null, source: null, id: null, agreement: null };
  }
};

/**
 * The refusal that a letter is of: open, or what became of it. Null: of a version that did not keep what it refused.
 * What was refused before its name could be read has no name on record.
 */
export const refusalsOfLetters = async (
  pool: Pool,
  letters: readonly (DeadLetter | null)[],
): Promise<readonly (RefusedMessage | null)[]> => {
  const digests = letters.flatMap((letter) =>
    letter === null ? [] : messageDigest(letter.original),
  );
  const found = digests.length === 0 ? [] : await refusedMessages(pool, digests);
  return letters.map((letter) => {
    if (letter === null) return null;
    const { source, id } = letterName(letter);
    const same = (said: string | null, known: string | null): boolean =>
      said === null || (known !== null && said === kept(known));
    return (
      found.find(
        (one) =>
          one.letterDigest === messageDigest(letter.original) &&
          same(one.source, source) &&
          same(one.id, id),
      ) ?? null
    );
  });
};
