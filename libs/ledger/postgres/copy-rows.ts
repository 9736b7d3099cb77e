import type { PlannedEntry } from '../writer/plan.js';

/** The columns of `copyRows`, in its order. */
export const COPY_COLUMNS =
  'position, shard, epoch, recorded_at, effective_at, stream_id, stream_version, schema_version, ' +
  'tenant, type, source, dedupe_key, request_digest, hash, entry';

/** Rows in COPY's text format (PostgreSQL's manual, COPY, File Formats): columns between tabs, a row a line. */
export const copyRows = (entries: readonly PlannedEntry[]): Buffer => {
  let rows = '';
  for (const entry of entries) rows += row(entry);
  return Buffer.from(rows, 'utf8');
};

const row = ({ recorded, streamId, key }: PlannedEntry): string => {
  const { position, shard, epoch, recordedAt, effectiveAt, version, schema } = recorded;
  return (
    `${position}\t${shard}\t${epoch}\t${recordedAt}\t${effectiveAt}\t${streamId}\t${version}\t${schema}\t` +
    `${escaped(recorded.tenant)}\t${recorded.event.type}\t${escaped(recorded.source)}\t${escaped(key)}\t` +
    `\\\\x${recorded.digest}\t\\\\x${recorded.hash}\t${escaped(recorded.entry)}\n`
  );
};

/** Identities have no control characters and canonical JSON escapes them, so the backslash is all that is left. */
const escaped = (text: string): string =>
  text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
