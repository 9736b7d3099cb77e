import { changesTerms } from '../../domain/aggregates.js';
import { parentOf, rootOf } from '../../domain/ids.js';
import type { InvestmentEvent } from '../../domain/investment/events.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import type { TimeAxes } from '../asking/question.js';
import { readStream } from '../asking/read-stream.js';
import type { Views } from '../asking/read-view.js';
import type { MilestoneRecord, MilestoneStep } from './answer.js';
import { placeOf } from './place.js';

/** Null: no such milestone as of then, as known then. */
export const milestoneRecord = async (
  views: Views,
  question: TimeAxes & { readonly milestoneId: string },
): Promise<MilestoneRecord | null> => {
  const { milestoneId } = question;
  const investmentId = parentOf(milestoneId);
  const stream = { kind: 'investment', key: investmentId } as const;
  const { entries, seen, asked } = await readStream(views, question, stream);
  const steps = entries
    .filter(({ effectiveAt }) => effectiveAt < asked.effectiveBefore)
    .flatMap((entry) => stepsIn(entry, milestoneId));
  const definition = definitionIn(entries, milestoneId);
  if (definition === null || steps.length === 0) return null;
  return {
    ...{ agreementId: rootOf(milestoneId), investmentId, milestoneId, definition },
    termsVersion: entries.filter(({ event }) => changesTerms(event.type)).length,
    ...standing(steps),
    steps,
    ...seen,
  };
};

const definitionIn = (entries: readonly RecordedEntry[], milestoneId: string): string | null => {
  for (const { event } of entries)
    if (event.type === 'MilestoneDefined' && event.body.milestoneId === milestoneId)
      return event.body.definition;
  return null;
};

/** Where it stands after these steps. */
const standing = (
  steps: readonly MilestoneStep[],
): Pick<MilestoneRecord, 'status' | 'dueAt' | 'attestedBy' | 'approvedBy'> => {
  let stands: ReturnType<typeof standing> = {
    ...{ status: 'pending', dueAt: null, attestedBy: null, approvedBy: null },
  };
  const open = { status: 'pending', attestedBy: null, approvedBy: null } as const;
  for (const { change, by, dueAt } of steps) {
    if (change === 'defined' || change === 'extended') stands = { ...open, dueAt };
    else if (change === 'attested') stands = { ...stands, status: 'attested', attestedBy: by };
    else if (change === 'declined') stands = { ...stands, ...open };
    else if (change === 'waived') stands = { ...stands, ...open, status: 'waived' };
    else stands = { ...stands, status: change, approvedBy: by };
  }
  return stands;
};

const stepsIn = (entry: RecordedEntry, milestoneId: string): readonly MilestoneStep[] => {
  const { event } = entry;
  const told = toldBy(event as InvestmentEvent, entry.actor);
  if (told === null || !('milestoneId' in event.body) || event.body.milestoneId !== milestoneId)
    return [];
  const nothing = { outcome: null, evidence: [], dueAt: null, reason: null } as const;
  return [{ ...nothing, ...told, effectiveAt: entry.effectiveAt, ...placeOf(entry) }];
};

type ToldStep = Pick<MilestoneStep, 'change' | 'by'> & Partial<MilestoneStep>;

/** Null: it is about no milestone. */
const toldBy = (event: InvestmentEvent, actor: string): ToldStep | null => {
  switch (event.type) {
    case 'MilestoneDefined':
      return { change: 'defined', by: actor, dueAt: event.body.dueAt };
    case 'MilestoneAttested': {
      const { attestedBy: by, outcome, evidence } = event.body;
      return { change: 'attested', by, outcome, evidence };
    }
    case 'MilestoneMet':
      return { change: 'met', by: event.body.approvedBy };
    case 'MilestoneMissed':
      return { change: 'missed', by: event.body.approvedBy };
    case 'MilestoneAttestationDeclined':
      return { change: 'declined', by: event.body.declinedBy, reason: event.body.reason };
    case 'MilestoneWaived':
      return { change: 'waived', by: event.body.waivedBy, reason: event.body.reason };
    case 'MilestoneExtended':
      return { change: 'extended', by: actor, ...datesOf(event.body) };
    default:
      return null;
  }
};

const datesOf = ({ dueAt, reason }: { readonly dueAt: string; readonly reason: string }) => ({
  ...{ dueAt, reason },
});
