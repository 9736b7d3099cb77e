import { termsVersionAfter } from '../aggregate.js';
import type { Agreement, KnownAgreement } from './agreement.js';
import { CHANGES_TERMS, type AgreementEvent } from './events.js';

export const evolve = (agreement: Agreement, event: AgreementEvent): Agreement => {
  if (event.type === 'AgreementProposed') {
    const { documents, ...terms } = event.body;
    return {
      ...terms,
      status: 'proposed',
      amendments: 0,
      documents: documents.map(({ sha256 }) => sha256),
      notes: [],
      links: [],
      termsVersion: 1,
    };
  }
  const past = known(agreement);
  const before = {
    ...past,
    termsVersion: termsVersionAfter(CHANGES_TERMS, past.termsVersion, event),
  };
  switch (event.type) {
    case 'AgreementActivated':
      return { ...before, status: 'active', activatedAt: event.body.activatedAt };
    case 'AgreementAmended': {
      const { number, title, endsAt } = event.body;
      return { ...before, amendments: number, title, endsAt };
    }
    case 'DocumentAttached':
      return { ...before, documents: [...before.documents, event.body.document.sha256] };
    case 'AgreementNoted':
      return { ...before, notes: [...before.notes, event.body.note.noteId] };
    case 'InvestmentLinked': {
      const { investmentId, commitmentId } = event.body;
      return { ...before, links: [...before.links, `${investmentId} ${commitmentId}`] };
    }
    case 'AgreementTerminated':
      return { ...before, status: 'terminated', terminatedAt: event.body.terminatedAt };
    case 'AgreementSuperseded': {
      const { supersededBy, supersededAt } = event.body;
      return { ...before, status: 'superseded', supersededBy, supersededAt };
    }
  }
};

const known = (agreement: Agreement): KnownAgreement => {
  if (agreement.status === 'unknown')
    throw new Error('an agreement has events before its proposal');
  return agreement;
};
