import { noAccess, type Access } from './access/access.js';
import type { AccessCommand } from './access/commands.js';
import { decide as decideAccess } from './access/decide.js';
import type { AccessEvent } from './access/events.js';
import { evolve as evolveAccess } from './access/evolve.js';
import { noAgreement, type Agreement } from './agreement/agreement.js';
import type { AgreementCommand } from './agreement/commands.js';
import { decide as decideAgreement } from './agreement/decide.js';
import type { AgreementEvent } from './agreement/events.js';
import { evolve as evolveAgreement } from './agreement/evolve.js';
import { termsVersionOf } from './agreement/terms-version.js';
import * as bookCodec from './commitment/codec.js';
import type { CommitmentCommand } from './commitment/commands.js';
import { emptyBook, type CommitmentBook } from './commitment/commitment.js';
import { decide as decideCommitment } from './commitment/decide.js';
import type { CommitmentEvent } from './commitment/events.js';
import { evolve as evolveCommitment } from './commitment/evolve.js';
import { termsVersion as commitmentTermsVersion } from './commitment/terms-version.js';
import type { Decider } from './decider.js';
import type { StreamKind } from './events.js';
import * as investmentCodec from './investment/codec.js';
import type { InvestmentCommand } from './investment/commands.js';
import { decide as decideInvestment } from './investment/decide.js';
import type { InvestmentEvent } from './investment/events.js';
import { evolve as evolveInvestment } from './investment/evolve.js';
import { noInvestment, type Investment } from './investment/investment.js';
import { termsVersion as investmentTermsVersion } from './investment/terms-version.js';
import type { PartyCommand } from './party/commands.js';
import { decide as decideParty } from './party/decide.js';
import type { PartyEvent } from './party/events.js';
import { evolve as evolveParty } from './party/evolve.js';
import { noParty, type Party } from './party/party.js';
import { termsVersion as partyTermsVersion } from './party/terms-version.js';
import type { ProjectionCommand } from './projection/commands.js';
import { decide as decideProjection } from './projection/decide.js';
import type { ProjectionEvent } from './projection/events.js';
import { evolve as evolveProjection } from './projection/evolve.js';
import { noSkip, type SkippedEvent } from './projection/projection.js';

/** For states that hold nothing but text and small integers. */
const plainJson = <State>() => ({
  encode: (state: State): string => JSON.stringify(state),
  decode: (text: string): State => JSON.parse(text) as State,
});

/** As `plainJson`, but states of before terms had a version are not read. */
const versionedJson = <State extends { readonly status: string }>() => ({
  encode: (state: State): string => JSON.stringify(state),
  decode: (text: string): State | null => {
    const state = JSON.parse(text) as State;
    return state.status === 'unknown' || 'termsVersion' in state ? state : null;
  },
});

export const partyDecider: Decider<PartyCommand, PartyEvent, Party, unknown> = {
  initial: noParty,
  decide: decideParty,
  termsVersion: partyTermsVersion,
  evolve: evolveParty,
  ...versionedJson<Party>(),
};

export const agreementDecider: Decider<AgreementCommand, AgreementEvent, Agreement, unknown> = {
  initial: noAgreement,
  decide: decideAgreement,
  termsVersion: (_command, agreement) => termsVersionOf(agreement),
  evolve: evolveAgreement,
  ...versionedJson<Agreement>(),
};

/** Decided with the agreement's state alongside. */
export const commitmentDecider: Decider<
  CommitmentCommand,
  CommitmentEvent,
  CommitmentBook,
  Agreement
> = {
  initial: emptyBook,
  decide: decideCommitment,
  termsVersion: commitmentTermsVersion,
  evolve: evolveCommitment,
  ...bookCodec,
};

/** Decided with the agreement's state alongside. */
export const investmentDecider: Decider<InvestmentCommand, InvestmentEvent, Investment, Agreement> =
  {
    initial: noInvestment,
    decide: decideInvestment,
    termsVersion: investmentTermsVersion,
    evolve: evolveInvestment,
    ...investmentCodec,
  };

export const accessDecider: Decider<AccessCommand, AccessEvent, Access, unknown> = {
  initial: noAccess,
  decide: decideAccess,
  // Keys are no terms.
  termsVersion: () => 0,
  evolve: evolveAccess,
  ...plainJson<Access>(),
};

export const projectionDecider: Decider<ProjectionCommand, ProjectionEvent, SkippedEvent, unknown> =
  {
    initial: noSkip,
    decide: decideProjection,
    // Nobody agreed on it.
    termsVersion: () => 0,
    evolve: evolveProjection,
    ...plainJson<SkippedEvent>(),
  };

export const deciders = {
  party: partyDecider,
  agreement: agreementDecider,
  commitment: commitmentDecider,
  investment: investmentDecider,
  access: accessDecider,
  projection: projectionDecider,
} satisfies Record<StreamKind, unknown>;
