import { createHash } from 'node:crypto';

/** Formats of the ledger: 1 binds its id, 2 also how many shards it has. */
export const LEDGER_FORMATS = [1, 2] as const;
export type LedgerFormat = (typeof LEDGER_FORMATS)[number];

/** The `prev` of every shard's first entry. On purpose not the code that made it. */
export const genesisOf = (format: LedgerFormat, ledgerId: string, shardCount: number): string => {
  const said =
    format === 1
      ? `commitment-ledger genesis v1\n${ledgerId}\n`
      : `commitment-ledger genesis v2\n${ledgerId}\n${shardCount}\n`;
  return createHash('sha256').update(said).digest('hex');
};

/** Null: of no format that this version knows. */
export const formatOf = (
  genesis: string,
  ledgerId: string,
  shardCount: number,
): LedgerFormat | null =>
  LEDGER_FORMATS.find((format) => genesisOf(format, ledgerId, shardCount) === genesis) ?? null;
