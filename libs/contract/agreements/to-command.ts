import type { AgreementCommand } from '../../domain/agreement/commands.js';
import { toInstant, toInstantOrNull } from '../to-values.js';
import type {
  ActivateAgreementBody,
  AmendAgreementBody,
  AttachDocumentBody,
  DocumentBody,
  LinkInvestmentBody,
  NoteBody,
  ProposeAgreementBody,
  SupersedeAgreementBody,
  TerminateAgreementBody,
} from './bodies.js';

/**
 * Validated bodies and the ids of the path, as commands on agreements. One direction, nothing decided: texts become canonical
 * (instants in UTC, amounts without trailing zeros), absent members become null.
 */

const toDocument = ({ name, sha256, uri }: DocumentBody) => ({
  name,
  sha256,
  uri: uri ?? null,
});

export const toProposeAgreement = (body: ProposeAgreementBody): AgreementCommand => ({
  type: 'ProposeAgreement',
  agreementId: body.id,
  title: body.title,
  vendorId: body.vendorId,
  customerId: body.customerId,
  startsAt: toInstant(body.startsAt),
  endsAt: toInstantOrNull(body.endsAt),
  documents: (body.documents ?? []).map(toDocument),
});

export const toActivateAgreement = (
  agreementId: string,
  body: ActivateAgreementBody,
): AgreementCommand => ({
  type: 'ActivateAgreement',
  agreementId,
  activatedAt: toInstant(body.activatedAt),
});

export const toAmendAgreement = (
  agreementId: string,
  body: AmendAgreementBody,
): AgreementCommand => ({
  type: 'AmendAgreement',
  agreementId,
  title: body.title,
  endsAt: toInstantOrNull(body.endsAt),
  reason: body.reason,
});

export const toTerminateAgreement = (
  agreementId: string,
  body: TerminateAgreementBody,
): AgreementCommand => ({
  type: 'TerminateAgreement',
  agreementId,
  terminatedAt: toInstant(body.terminatedAt),
  reason: body.reason,
});

export const toSupersedeAgreement = (
  agreementId: string,
  body: SupersedeAgreementBody,
): AgreementCommand => ({
  type: 'SupersedeAgreement',
  agreementId,
  supersededBy: body.supersededBy,
  supersededAt: toInstant(body.supersededAt),
});

export const toAttachDocument = (
  agreementId: string,
  body: AttachDocumentBody,
): AgreementCommand => ({ type: 'AttachDocument', agreementId, document: toDocument(body) });

export const toNoteOnAgreement = (agreementId: string, body: NoteBody): AgreementCommand => ({
  type: 'NoteOnAgreement',
  agreementId,
  note: {
    noteId: body.id,
    text: body.text,
    source: body.source,
    asOf: body.asOf ?? null,
    publishedOn: body.publishedOn ?? null,
    confidence: body.confidence ?? 'unstated',
  },
});

export const toLinkInvestment = (
  agreementId: string,
  body: LinkInvestmentBody,
): AgreementCommand => ({
  type: 'LinkInvestment',
  agreementId,
  investmentId: body.investmentId,
  commitmentId: body.commitmentId,
  kind: body.kind,
});
