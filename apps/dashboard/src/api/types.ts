import type { components } from './ledger-api.js';

type Schemas = components['schemas'];
export type Money = Schemas['Money'];
export type Standing = Schemas['CommitmentStanding'];
export type BurnDown = Schemas['BurnDown'];
export type Forecast = Schemas['CommitmentForecast'];
export type Concentration = Schemas['Concentration'];
export type CurrencyConcentration = Schemas['CurrencyConcentration'];
export type Obligations = Schemas['ObligationList'];
export type ListedObligation = Schemas['ListedObligation'];
export type ByDue = Schemas['ObligationByDue'];
export type Explanation = Schemas['Explanation'];
export type ExplanationLine = Schemas['ExplanationLine'];

/** Who is signed in; null: until its key ends. */
export interface Signed {
  readonly tenant: string;
  readonly name: string;
  readonly role: string;
  readonly until: string | null;
}
