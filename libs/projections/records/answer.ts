import {
  day,
  instant,
  integer,
  list,
  named,
  oneOf,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import { answer, termsVersionSchema } from '../asking/seen.js';
import { commitmentTermsMembers } from '../deals/commitment-answer.js';

const placeMembers = {
  shard: integer(),
  position: integer('Of the entry that says so: GET /v1/ledger/events/{shard}/{position}'),
  recordedAt: instant(),
};

const TermsVersion = named('TermsVersion', {
  version: integer('From 1: what the ETag was from then on.'),
  change: oneOf(['pledged', 'amended', 'terminated']),
  from: instant('From when in business it holds.'),
  terms: orNull(
    named('CommitmentTerms', commitmentTermsMembers),
    'The whole of the terms. Null: terminated.',
  ),
  obligation: orNull(
    oneOf(['released', 'survives']),
    'What a termination does with what was still owed.',
  ),
  ...placeMembers,
});

export const TermsHistory = answer('TermsHistory', {
  agreementId: text(),
  commitmentId: text(),
  termsVersion: termsVersionSchema(),
  versions: list(
    TermsVersion,
    'In the order in which they were recorded, whenever they take effect.',
  ),
});
/** Every version of a commitment's terms. */
export type TermsHistory = AnswerOf<typeof TermsHistory>;

const Document = named('AgreementDocument', {
  name: text(),
  sha256: text('Of its bytes, hexadecimal: the document itself is elsewhere.'),
  uri: orNull(text()),
  attachedAt: instant('When in business.'),
  by: text(),
  ...placeMembers,
});

const Note = named('AgreementNote', {
  noteId: text(),
  text: text(),
  source: text(),
  asOf: orNull(day(), 'The day that the claim is about.'),
  publishedOn: orNull(day()),
  confidence: oneOf(['high', 'medium', 'low', 'unstated']),
  by: text(),
  ...placeMembers,
});

export const AgreementRecords = answer('AgreementRecords', {
  agreementId: text(),
  termsVersion: termsVersionSchema(),
  documents: list(Document, 'In the order in which they were attached.'),
  notes: list(Note, 'Sourced claims, which may contradict each other: none of them is a term.'),
});
/** What is kept beside the terms of an agreement. */
export type AgreementRecords = AnswerOf<typeof AgreementRecords>;

const MilestoneStep = named('MilestoneStep', {
  change: oneOf(['defined', 'attested', 'met', 'missed', 'declined', 'waived', 'extended']),
  by: text('The person who attested, approved, declined or waived; else whose key it was.'),
  outcome: orNull(oneOf(['met', 'missed']), 'What was attested.'),
  evidence: list(named('Evidence', { name: text(), sha256: text() })),
  dueAt: orNull(instant(), 'The due date that was set with it.'),
  reason: orNull(text()),
  effectiveAt: instant(),
  ...placeMembers,
});

export const MilestoneRecord = answer('MilestoneRecord', {
  agreementId: text(),
  investmentId: text(),
  milestoneId: text(),
  termsVersion: integer("The investment's: a gate depends on all of it."),
  definition: text(),
  status: oneOf(['pending', 'attested', 'met', 'missed', 'waived']),
  dueAt: orNull(instant()),
  attestedBy: orNull(text(), 'Who attested what is claimed, or what was approved. Null: nobody.'),
  approvedBy: orNull(text(), 'Who approved it. Null: nobody has.'),
  steps: list(MilestoneStep, 'All that was done about it by then, in order.'),
});
/** One milestone, with who attested and who approved what. */
export type MilestoneRecord = AnswerOf<typeof MilestoneRecord>;
export type MilestoneStep = AnswerOf<typeof MilestoneStep>;
