import { describe, expect, it } from '@jest/globals';
import { deciders } from '../aggregates.js';
import {
  activated,
  proposed,
  supersededAgreement as superseded,
  terminatedAgreement as terminated,
} from '../testing/builders.js';
import { at } from '../testing/context.js';
import { given as givenOf } from '../testing/given.js';
import type { AgreementCommand } from './commands.js';
import type { AgreementEvent } from './events.js';

const given = givenOf(deciders.agreement, undefined);
const agreementId = 'deal';

/** The command that asks for exactly this event. */
const asking = (
  type: AgreementCommand['type'],
  event: AgreementEvent,
  changed: object = {},
): AgreementCommand => ({ type, ...event.body, ...changed }) as AgreementCommand;

const document = { name: 'MSA', sha256: 'a'.repeat(64), uri: null };
const attached: AgreementEvent = { type: 'DocumentAttached', body: { agreementId, document } };
const noted: AgreementEvent = {
  type: 'AgreementNoted',
  body: {
    agreementId,
    note: {
      noteId: 'press-1',
      text: 'The pledge is said to be 100 billion',
      source: 'https://example.com/article',
      asOf: null,
      publishedOn: '2026-02-01',
      confidence: 'medium',
    },
  },
};
const linked: AgreementEvent = {
  type: 'InvestmentLinked',
  body: {
    agreementId,
    investmentId: 'deal.equity',
    commitmentId: 'deal.cloud',
    kind: 'reciprocal',
  },
};
const amended = (number: number): AgreementEvent => ({
  type: 'AgreementAmended',
  body: { agreementId, number, title: 'Longer', endsAt: at('2030-01'), reason: 'extension' },
});

const propose = (changed: object = {}) => asking('ProposeAgreement', proposed(), changed);
const activate = asking('ActivateAgreement', activated);
const amend = (changed: object = {}) => ({
  type: 'AmendAgreement' as const,
  agreementId,
  title: 'Longer',
  endsAt: at('2030-01'),
  reason: 'extension',
  ...changed,
});
const attach = asking('AttachDocument', attached);
const note = asking('NoteOnAgreement', noted);
const link = (changed: object = {}) => asking('LinkInvestment', linked, changed);
const terminate = asking('TerminateAgreement', terminated);
const supersede = (changed: object = {}) => asking('SupersedeAgreement', superseded, changed);

describe('an agreement', () => {
  it('is proposed, activated, amended and terminated', () => {
    given().when(propose()).then(proposed());
    given(proposed()).when(activate).then(activated);
    given(proposed(), activated).when(amend()).then(amended(1));
    given(proposed(), amended(1)).when(amend()).then(amended(2));
    given(proposed(), activated).when(terminate).then(terminated);
  });

  it('is superseded by another, proposed or active', () => {
    given(proposed()).when(supersede()).then(superseded);
    given(proposed(), activated).when(supersede()).then(superseded);
    given(proposed())
      .when(supersede({ supersededBy: 'deal' }))
      .thenRefused('AgreementSupersedesItself', { agreementId });
  });

  it('is proposed once, between two parties, for some time', () => {
    given(proposed()).when(propose()).thenRefused('AgreementAlreadyExists', { agreementId });
    given()
      .when(propose({ customerId: 'vendor' }))
      .thenRefused('AgreementBetweenOneParty', { partyId: 'vendor' });
    given()
      .when(propose({ endsAt: at('2026-01') }))
      .thenRefused('AgreementTermEmpty');
    given(proposed())
      .when(amend({ endsAt: at('2025-01') }))
      .thenRefused('AgreementTermEmpty');
  });

  it('is activated only while it is proposed, terminated only while it is active', () => {
    given(proposed(), activated)
      .when(activate)
      .thenRefused('AgreementNotProposed', { agreementId, status: 'active' });
    given(proposed())
      .when(terminate)
      .thenRefused('AgreementNotActive', { agreementId, status: 'proposed' });
  });

  it.each([
    ['amended', amend()],
    ['linked', link()],
    ['superseded', supersede()],
  ] as const)('is not %s once it is closed', (_, command) => {
    for (const [close, status] of [
      [terminated, 'terminated'],
      [superseded, 'superseded'],
    ] as const) {
      given(proposed(), activated, close)
        .when(command)
        .thenRefused('AgreementClosed', { agreementId, status });
    }
  });

  it('must exist before anything else happens to it', () => {
    for (const command of [activate, amend(), attach, note, link(), terminate, supersede()]) {
      given().when(command).thenRefused('AgreementUnknown', { agreementId });
    }
    expect(() => given(activated)).toThrow('an agreement has events before its proposal');
  });

  it('takes each document and each note once, even late', () => {
    const closed = [proposed(), activated, terminated];
    given(...closed)
      .when(attach)
      .then(attached);
    given(...closed)
      .when(note)
      .then(noted);
    given(...closed, attached)
      .when(attach)
      .thenRefused('DocumentAlreadyAttached');
    given(...closed, noted)
      .when(note)
      .thenRefused('NoteAlreadyTaken', { noteId: 'press-1' });
    given()
      .when(propose({ documents: [document, document] }))
      .thenRefused('DocumentAlreadyAttached', { sha256: document.sha256 });
  });

  it('links an investment and a commitment of its own, once', () => {
    given(proposed()).when(link()).then(linked);
    given(proposed(), linked).when(link()).thenRefused('InvestmentAlreadyLinked');
    given(proposed())
      .when(link({ commitmentId: 'other.cloud' }))
      .thenRefused('NotOfAgreement', { agreementId, id: 'other.cloud' });
  });
});
