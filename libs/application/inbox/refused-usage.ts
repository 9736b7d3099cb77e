import { hash } from 'node:crypto';
import { originalOf, parsedPayload, type FoundRow } from './parked-seal.js';
import type { RefusalRecord, RefusalChannel } from './refusals.js';
import type { ItemProblem, UsageEvent } from '../../contract/usage/usage-event.js';

const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** The refusal of something that was an event already. */
export const refusedUsage = (
  tenant: string,
  event: UsageEvent,
  problems: readonly ItemProblem[],
  actor: string | null,
): RefusalRecord => {
  const payload = JSON.stringify(event);
  return {
    tenant,
    source: event.source,
    id: event.id,
    problem: problems[0] ?? { code: 'refused', pointer: '', message: '' },
    problems,
    digest: sha256(payload),
    agreement: event.agreement,
    actor,
    payload,
  };
};

/**
 * The refusal of a parked row that is not what was parked. It belongs to whom it was parked for, and its content is what
 * was parked, as far as history has both; `altered` is the row as it was found.
 */
export const refusedAltered = (
  row: FoundRow,
  differs: readonly string[],
): {
  readonly refusal: RefusalRecord;
  readonly channel: RefusalChannel;
  readonly altered: string;
} => {
  const { tenant, source, id, channel } = originalOf(row) ?? row;
  const original = originalOf(row);
  const parked = original === null ? null : parsedPayload(original.payload);
  const payload = parked === null ? null : JSON.stringify(parked.event);
  const { agreement, digest, payload: found } = row;
  const altered = JSON.stringify({
    ...{ tenant: row.tenant, source: row.source, id: row.id, agreement, channel: row.channel },
    ...{ digest, seal: row.seal, payload: found },
  });
  return {
    channel: channel as RefusalChannel,
    altered,
    refusal: {
      tenant,
      source,
      id,
      problem: {
        code: 'parked-altered',
        pointer: '',
        message: `was changed in the database while it was parked (${differs.join(', ')}), so it was not recorded; send it again as it was`,
      },
      digest: payload === null ? sha256(altered) : sha256(payload),
      agreement: parked?.event.agreement ?? agreement,
      actor: parked?.actor ?? null,
      payload,
    },
  };
};
