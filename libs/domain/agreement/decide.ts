import { accept, type Decision } from '../decider.js';
import { parentOf } from '../ids.js';
import { isOpen, type Agreement } from './agreement.js';
import type { AgreementCommand } from './commands.js';
import type { AgreementEvent } from './events.js';
import { refuse } from './rejections.js';

type Command<Type extends AgreementCommand['type']> = Extract<AgreementCommand, { type: Type }>;
type Answer = Decision<AgreementEvent>;

export const decide = (command: AgreementCommand, agreement: Agreement): Answer => {
  switch (command.type) {
    case 'ProposeAgreement':
      return propose(command, agreement);
    case 'ActivateAgreement':
      return activate(command, agreement);
    case 'AmendAgreement':
      return amend(command, agreement);
    case 'AttachDocument':
      return attachDocument(command, agreement);
    case 'NoteOnAgreement':
      return note(command, agreement);
    case 'LinkInvestment':
      return linkInvestment(command, agreement);
    case 'TerminateAgreement':
      return terminate(command, agreement);
    case 'SupersedeAgreement':
      return supersede(command, agreement);
  }
};

const propose = (command: Command<'ProposeAgreement'>, agreement: Agreement): Answer => {
  const { agreementId, title, vendorId, customerId, startsAt, endsAt, documents } = command;
  if (agreement.status !== 'unknown') return refuse('AgreementAlreadyExists', { agreementId });
  if (vendorId === customerId) {
    return refuse('AgreementBetweenOneParty', { agreementId, partyId: vendorId });
  }
  if (endsAt !== null && endsAt <= startsAt) {
    return refuse('AgreementTermEmpty', { startsAt, endsAt });
  }
  const hashes = documents.map(({ sha256 }) => sha256);
  const repeated = hashes.find((sha256, at) => hashes.indexOf(sha256) !== at);
  if (repeated) return refuse('DocumentAlreadyAttached', { agreementId, sha256: repeated });
  return accept({
    type: 'AgreementProposed',
    body: { agreementId, title, vendorId, customerId, startsAt, endsAt, documents },
  });
};

const activate = (command: Command<'ActivateAgreement'>, agreement: Agreement): Answer => {
  const { agreementId, activatedAt } = command;
  if (agreement.status === 'unknown') return refuse('AgreementUnknown', { agreementId });
  if (agreement.status !== 'proposed') {
    return refuse('AgreementNotProposed', { agreementId, status: agreement.status });
  }
  return accept({ type: 'AgreementActivated', body: { agreementId, activatedAt } });
};

const amend = (command: Command<'AmendAgreement'>, agreement: Agreement): Answer => {
  const { agreementId, title, endsAt, reason } = command;
  if (agreement.status === 'unknown') return refuse('AgreementUnknown', { agreementId });
  if (!isOpen(agreement)) {
    return refuse('AgreementClosed', { agreementId, status: agreement.status });
  }
  if (endsAt !== null && endsAt <= agreement.startsAt) {
    return refuse('AgreementTermEmpty', { startsAt: agreement.startsAt, endsAt });
  }
  const number = agreement.amendments + 1;
  return accept({ type: 'AgreementAmended', body: { agreementId, number, title, endsAt, reason } });
};

/** Documents and notes may be added to a closed agreement too: evidence turns up late. */
const attachDocument = (command: Command<'AttachDocument'>, agreement: Agreement): Answer => {
  const { agreementId, document } = command;
  if (agreement.status === 'unknown') return refuse('AgreementUnknown', { agreementId });
  if (agreement.documents.includes(document.sha256)) {
    return refuse('DocumentAlreadyAttached', { agreementId, sha256: document.sha256 });
  }
  return accept({ type: 'DocumentAttached', body: { agreementId, document } });
};

const note = (command: Command<'NoteOnAgreement'>, agreement: Agreement): Answer => {
  const { agreementId, note } = command;
  if (agreement.status === 'unknown') return refuse('AgreementUnknown', { agreementId });
  if (agreement.notes.includes(note.noteId)) {
    return refuse('NoteAlreadyTaken', { agreementId, noteId: note.noteId });
  }
  return accept({ type: 'AgreementNoted', body: { agreementId, note } });
};

const linkInvestment = (command: Command<'LinkInvestment'>, agreement: Agreement): Answer => {
  const { agreementId, investmentId, commitmentId, kind } = command;
  if (agreement.status === 'unknown') return refuse('AgreementUnknown', { agreementId });
  if (!isOpen(agreement)) {
    return refuse('AgreementClosed', { agreementId, status: agreement.status });
  }
  const stranger = [investmentId, commitmentId].find((id) => parentOf(id) !== agreementId);
  if (stranger !== undefined) return refuse('NotOfAgreement', { agreementId, id: stranger });
  if (agreement.links.includes(`${investmentId} ${commitmentId}`)) {
    return refuse('InvestmentAlreadyLinked', { investmentId, commitmentId });
  }
  return accept({
    type: 'InvestmentLinked',
    body: { agreementId, investmentId, commitmentId, kind },
  });
};

/** Only an agreement in force can be terminated; a proposal that comes to nothing is superseded or stays. */
const terminate = (command: Command<'TerminateAgreement'>, agreement: Agreement): Answer => {
  const { agreementId, terminatedAt, reason } = command;
  if (agreement.status === 'unknown') return refuse('AgreementUnknown', { agreementId });
  if (agreement.status !== 'active') {
    return refuse('AgreementNotActive', { agreementId, status: agreement.status });
  }
  return accept({ type: 'AgreementTerminated', body: { agreementId, terminatedAt, reason } });
};

const supersede = (command: Command<'SupersedeAgreement'>, agreement: Agreement): Answer => {
  const { agreementId, supersededBy, supersededAt } = command;
  if (agreement.status === 'unknown') return refuse('AgreementUnknown', { agreementId });
  if (!isOpen(agreement)) {
    return refuse('AgreementClosed', { agreementId, status: agreement.status });
  }
  if (supersededBy === agreementId) return refuse('AgreementSupersedesItself', { agreementId });
  return accept({
    type: 'AgreementSuperseded',
    body: { agreementId, supersededBy, supersededAt },
  });
};
