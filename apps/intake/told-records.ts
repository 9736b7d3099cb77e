import type { IncomingRecord } from '../../libs/contract/messages/records.js';
import { traceParentOf } from '../../libs/contract/trace-parent.js';
import type { Logger } from '../../libs/host/logger.js';
import type { RefusedRecord } from './dead-letters.js';
import type { SlicePlace } from './take-batch.js';

/** A sender of nothing but nonsense is told once, not in thousands of lines. */
const LINES_MAX = 20;
/** Identities are bounded where they are read; what was not read may say anything. */
const TEXT_MAX = 256;

/** One line of the log for each record that became a dead letter, up to 20 of a slice, and one that counts the rest. */
export const tellRefused =
  (logger: Pick<Logger, 'warn'>) =>
  (place: SlicePlace, refused: readonly RefusedRecord[]): void => {
    for (const { record, source, id, problem } of refused.slice(0, LINES_MAX))
      logger.warn(
        {
          ...place,
          offset: record.offset,
          traceId: traceIdOf(record),
          source: source?.slice(0, TEXT_MAX),
          id: id?.slice(0, TEXT_MAX),
          code: problem.code,
        },
        'record refused',
      );
    const records = refused.length - LINES_MAX;
    if (records > 0)
      logger.warn({ ...place, records }, 'more were refused: commitment-ledger dlq list');
  };

/** One line at debug for each settled record that is part of a trace; a log that is not so chatty costs nothing. */
export const tellSettled =
  (logger: Pick<Logger, 'debug' | 'isLevelEnabled'>) =>
  (place: SlicePlace, records: readonly IncomingRecord[]): void => {
    if (!logger.isLevelEnabled('debug')) return;
    for (const record of records) {
      const traceId = traceIdOf(record);
      if (traceId !== undefined)
        logger.debug({ ...place, offset: record.offset, traceId }, 'record settled');
    }
  };

/** The trace of a record: its header `traceparent`, or that of a CloudEvent in binary mode. */
const traceIdOf = ({ headers }: IncomingRecord): string | undefined => {
  const given = headers['traceparent'] ?? headers['ce_traceparent'];
  return Buffer.isBuffer(given) ? traceParentOf(given.toString('latin1'))?.traceId : undefined;
};
