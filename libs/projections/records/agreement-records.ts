import { changesTerms } from '../../domain/aggregates.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import type { TimeAxes } from '../asking/question.js';
import { readStream } from '../asking/read-stream.js';
import type { Views } from '../asking/read-view.js';
import type { AgreementRecords } from './answer.js';
import { placeOf } from './place.js';

/** Null: no such agreement as of then, as known then. */
export const agreementRecords = async (
  views: Views,
  question: TimeAxes & { readonly agreementId: string },
): Promise<AgreementRecords | null> => {
  const { agreementId } = question;
  const { entries, seen, asked } = await readStream(views, question, {
    ...{ kind: 'agreement', key: agreementId },
  });
  const effective = entries.filter(({ effectiveAt, event }) =>
    // An agreement exists from its start at the latest, also when it was entered long after.
    event.type === 'AgreementProposed' && event.body.startsAt < asked.effectiveBefore
      ? true
      : effectiveAt < asked.effectiveBefore,
  );
  if (!effective.some(({ event }) => event.type === 'AgreementProposed')) return null;
  return {
    agreementId,
    termsVersion: entries.filter(({ event }) => changesTerms(event.type)).length,
    documents: effective.flatMap(documentsIn),
    notes: effective.flatMap(notesIn),
    ...seen,
  };
};

/** Also those that came with the proposal. */
const documentsIn = (entry: RecordedEntry): AgreementRecords['documents'] => {
  const { event, effectiveAt: attachedAt, actor: by } = entry;
  const documents =
    event.type === 'AgreementProposed'
      ? event.body.documents
      : event.type === 'DocumentAttached'
        ? [event.body.document]
        : [];
  return documents.map((document) => ({ ...document, attachedAt, by, ...placeOf(entry) }));
};

const notesIn = (entry: RecordedEntry): AgreementRecords['notes'] => {
  const { event, actor: by } = entry;
  return event.type === 'AgreementNoted' ? [{ ...event.body.note, by, ...placeOf(entry) }] : [];
};
