import { reject, type Rejection } from './decider.js';

export interface Refusal {
  readonly outcome: 'rejected';
  readonly rejection: Rejection;
}

/**
 * Why something is refused, for whoever answers: `unknown` what the request is about is not there, `conflict` the state of
 * things is against it, `forbidden` this person may not, `invalid` what was asked makes no sense in itself.
 */
export type RefusalKind = 'unknown' | 'conflict' | 'forbidden' | 'invalid';

/** One refusal of an aggregate: its kind, and as a type the facts that it carries. */
export interface RefusalWith<Facts> {
  readonly kind: RefusalKind;
  /** Never there at run time. */
  readonly facts?: Facts;
}

type AnyFacts = Readonly<Record<string, unknown>>;

const refusalOf =
  (kind: RefusalKind) =>
  <Facts extends AnyFacts>(): RefusalWith<Facts> => ({ kind });

export const unknown = refusalOf('unknown');
export const conflict = refusalOf('conflict');
export const forbidden = refusalOf('forbidden');
export const invalid = refusalOf('invalid');

/** The refusals of an aggregate by name. */
export type RefusalTable = Readonly<Record<string, RefusalWith<AnyFacts>>>;

type FactsOf<Refused> = Refused extends RefusalWith<infer Facts> ? Facts : never;

/** A `reject` that knows the names of one table: another name, or a fact that is missing, does not compile. */
export const refusals =
  <Table extends RefusalTable>(_table: Table) =>
  <Name extends keyof Table & string>(name: Name, facts: FactsOf<Table[Name]>): Refusal =>
    reject(name, facts as AnyFacts);
