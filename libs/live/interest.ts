import { rootOf } from '../domain/ids.js';
import type { StreamName } from '../ledger/ledger.js';

/** What somebody wants to be told of. */
export interface Interest {
  readonly tenant: string;
  readonly entries: boolean;
  readonly views: boolean;
  /** Null: any. */
  readonly agreementId: string | null;
  /** Null: any. Entries that name it, and moves of its agreement's views. */
  readonly commitmentId: string | null;
}

/** Whose stream it is: an agreement's, a party's, or (both null) of neither. */
export interface Subject {
  readonly agreementId: string | null;
  readonly partyId: string | null;
}

export const subjectOf = ({ kind, key }: StreamName): Subject => ({
  agreementId:
    kind === 'agreement' || kind === 'commitment' || kind === 'investment' ? rootOf(key) : null,
  partyId: kind === 'party' ? key : null,
});

/** Whether it concerns somebody of the same tenant. An agreement and a commitment of another one: nothing does. */
export const concerns = (
  { agreementId, commitmentId }: Interest,
  subject: Pick<Subject, 'agreementId'>,
): boolean =>
  (agreementId === null || agreementId === subject.agreementId) &&
  (commitmentId === null || rootOf(commitmentId) === subject.agreementId);

/** Equal texts: they are told the same. */
export const interestText = ({
  tenant,
  entries,
  views,
  agreementId,
  commitmentId,
}: Interest): string => JSON.stringify([tenant, entries, views, agreementId, commitmentId]);
