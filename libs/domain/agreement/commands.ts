import type { AgreementEvent } from './events.js';

type Body<Type extends AgreementEvent['type']> = Extract<AgreementEvent, { type: Type }>['body'];

export type AgreementCommand =
  | ({ readonly type: 'ProposeAgreement' } & Body<'AgreementProposed'>)
  | ({ readonly type: 'ActivateAgreement' } & Body<'AgreementActivated'>)
  | ({ readonly type: 'AmendAgreement' } & Omit<Body<'AgreementAmended'>, 'number'>)
  | ({ readonly type: 'AttachDocument' } & Body<'DocumentAttached'>)
  | ({ readonly type: 'NoteOnAgreement' } & Body<'AgreementNoted'>)
  | ({ readonly type: 'LinkInvestment' } & Body<'InvestmentLinked'>)
  | ({ readonly type: 'TerminateAgreement' } & Body<'AgreementTerminated'>)
  | ({ readonly type: 'SupersedeAgreement' } & Body<'AgreementSuperseded'>);
