import type { Outcome, RecordedEntry } from '../ledger/ledger.js';
import { refusalCode } from '../contract/refusal-code.js';
import { refusalProblem } from '../contract/refusal-problem.js';
import type { ItemProblem, ItemResult, UsageEvent } from '../contract/usage/usage-event.js';
import type { RefusalRecord } from './inbox/refusals.js';
import { present } from '../domain/present.js';

/** Refusals that time may cure: the usage already happened, so it waits for its agreement instead of being lost. */
const PARKING_REASONS: ReadonlySet<string> = new Set(['AgreementUnknown', 'NoCommitmentYet']);

/** Commitments may be pledged before the agreement is activated: usage that waits was promised its chance then too. */
export const isNotInForceYet = (outcome: Outcome): boolean =>
  outcome.outcome === 'rejected' &&
  outcome.rejection.name === 'AgreementNotActive' &&
  outcome.rejection.facts['status'] === 'proposed';

export const IDENTITY_REUSED: ItemProblem = {
  code: 'identity-reused',
  pointer: '/id',
  message: 'this source and id came before with other content; nothing was changed',
};

export const refused = (event: UsageEvent, problems: readonly ItemProblem[]): ItemResult => ({
  outcome: 'refused',
  source: event.source,
  id: event.id,
  problems,
});

const parked = ({ source, id }: UsageEvent, reason: string): ItemResult => ({
  outcome: 'parked',
  source,
  id,
  reason,
});

/** The result of what was no event: as much of an identity as it has. */
export const refusedItem = ({
  source,
  id,
  problem,
  problems = [problem],
}: RefusalRecord): ItemResult => ({
  outcome: 'refused',
  source,
  id,
  problems,
});

export const retry = (
  event: UsageEvent,
  reason: Extract<ItemResult, { outcome: 'retry' }>['reason'],
): ItemResult => ({
  outcome: 'retry',
  source: event.source,
  id: event.id,
  reason,
});

const settled = (
  outcome: 'recorded' | 'duplicate',
  event: UsageEvent,
  entry: RecordedEntry,
): ItemResult => {
  if (entry.event.type !== 'DrawdownRecorded')
    throw new Error(`${event.source} ${event.id} is a ${entry.event.type}, not a drawdown`);
  const { split, charge } = entry.event.body;
  return {
    outcome,
    source: event.source,
    id: event.id,
    shard: entry.shard,
    position: entry.position,
    hash: entry.hash,
    gross: split.gross,
    applied: split.applied,
    overage: split.overage,
    ineligible: split.ineligible,
    currency: charge.currency,
  };
};

const firstOf = ([first]: readonly RecordedEntry[]): RecordedEntry =>
  present(first, 'entry of usage that is recorded');

/** One outcome of the ledger in the words of the usage channels. */
export const toResult = (event: UsageEvent, outcome: Outcome): ItemResult => {
  switch (outcome.outcome) {
    case 'appended':
      return settled('recorded', event, firstOf(outcome.entries));
    case 'already-appended':
      return settled('duplicate', event, firstOf(outcome.entries));
    case 'conflict':
      return refused(event, [IDENTITY_REUSED]);
    case 'rejected':
      return PARKING_REASONS.has(outcome.rejection.name)
        ? parked(event, refusalCode(outcome.rejection.name))
        : refused(event, [refusalProblem(outcome.rejection)]);
    case 'overloaded':
    case 'unknown':
    case 'abandoned':
      return retry(event, outcome.outcome);
    case 'stale':
    case 'unchanged':
      throw new Error(`a drawdown cannot be ${outcome.outcome}`);
  }
};

/** Why what waits for its agreement was refused, or given up. */
export const waiting = (reason: string): ItemProblem => ({
  code: reason,
  pointer: '/agreement',
  message: reason.replaceAll('-', ' '),
});
