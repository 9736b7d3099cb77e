import type { KeptUsage } from '../../../libs/application/inbox/kept-rows.js';
import type { Refused } from '../../../libs/application/inbox/kept-usage.js';
import type { UsageFate } from '../../../libs/application/inbox/usage-fate.js';
import { outcomeOf, type RecordedUsage } from '../../../libs/application/inbox/recorded-usage.js';
import { displayInstant } from '../../../libs/domain/instant.js';
import { formatUnits } from '../../../libs/domain/money.js';
import type { UsageFateAnswer } from '../../../libs/contract/usage/fate-answer.js';
import type { KeptAnswer, RefusalAnswer } from '../../../libs/contract/usage/kept-answers.js';
import type { UsageEventAnswer } from '../../../libs/contract/usage/list-answer.js';

export const toFateAnswer = (fate: UsageFate): UsageFateAnswer => {
  const { source, id, history } = fate;
  const named = { outcome: fate.outcome, source, id };
  return 'entry' in fate
    ? { ...named, ...recorded(fate), history }
    : { ...named, ...keptMembers(fate.kept), history };
};

const recorded = ({ entry, reversed }: RecordedUsage) => {
  const { split, charge, basis, lines } = entry.event.body;
  return {
    agreement: entry.stream.key,
    sentBy: entry.actor,
    shard: entry.shard,
    position: entry.position,
    hash: entry.hash,
    ...{ gross: split.gross, applied: split.applied, overage: split.overage },
    ...{ ineligible: split.ineligible, currency: charge.currency },
    recordedAt: displayInstant(entry.recordedAt),
    effectiveAt: displayInstant(entry.effectiveAt),
    ...{ reversed: formatUnits(reversed), basis, posted: charge, lines },
  };
};

const keptMembers = (kept: KeptUsage) => {
  const { agreement, sentBy, channel, digest, encoding, truncated, payload } = kept;
  const common = {
    channel,
    since: kept.firstSeen,
    ...{ encoding, truncated },
    ...said({ agreement, sentBy, digest, payload }),
  };
  if (kept.outcome === 'parked')
    return {
      ...common,
      reason: kept.code,
      attempts: kept.attempts,
      ...said({ nextTry: kept.nextTry }),
    };
  return {
    ...common,
    ...{ lastSeen: kept.lastSeen, times: kept.times, code: kept.code },
    problems: kept.problems,
    ...said({ refusal: kept.refusal, altered: kept.altered, discarded: kept.discarded }),
  };
};

/** The members of an answer that say something: null is left out. */
const said = <Members extends object>(
  members: Members,
): { readonly [Name in keyof Members]?: NonNullable<Members[Name]> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) as {
    readonly [Name in keyof Members]?: NonNullable<Members[Name]>;
  };

const toKeptAnswer = (kept: KeptUsage): KeptAnswer => ({
  ...{ outcome: kept.outcome, refusal: kept.refusal, source: kept.source, id: kept.id },
  ...{ agreement: kept.agreement, channel: kept.channel, code: kept.code, pointer: kept.pointer },
  ...{ message: kept.message, sentBy: kept.sentBy, since: kept.firstSeen, lastSeen: kept.lastSeen },
  ...{ times: kept.times, attempts: kept.attempts, nextTry: kept.nextTry, digest: kept.digest },
  truncated: kept.truncated,
  ...said({ discarded: kept.discarded }),
});

export const toItemAnswer = (kept: KeptUsage): UsageEventAnswer => ({
  ...toKeptAnswer(kept),
  effectiveAt: kept.effectiveAt,
  recorded: null,
  excerpt: kept.payload,
});

const AT_NO_DESK = {
  ...{ refusal: null, channel: null, code: null, pointer: null, message: null, lastSeen: null },
  ...{ times: null, attempts: null, nextTry: null, digest: null, truncated: false, excerpt: null },
} as const;

export const toRecordedItem = (usage: RecordedUsage): UsageEventAnswer => {
  const { entry, reversed } = usage;
  const { split, charge } = entry.event.body;
  const recordedAt = displayInstant(entry.recordedAt);
  return {
    ...AT_NO_DESK,
    outcome: outcomeOf(usage),
    ...{ source: entry.source, id: entry.id, agreement: entry.stream.key },
    effectiveAt: displayInstant(entry.effectiveAt),
    ...{ since: recordedAt, sentBy: entry.actor },
    recorded: {
      ...{ shard: entry.shard, position: entry.position, hash: entry.hash, recordedAt },
      ...{ currency: charge.currency, ...split, reversed: formatUnits(reversed) },
    },
  };
};

export const toRefusalAnswer = (refused: Refused): RefusalAnswer => ({
  ...toKeptAnswer(refused),
  ...{ problems: refused.problems, payload: refused.payload, encoding: refused.encoding },
  ...{ parkedAt: refused.parkedAt, parkedFor: refused.parkedFor, altered: refused.altered },
  settledAs: refused.settledAs,
});
