import { hash } from 'node:crypto';
import type { Charge } from '../domain/commitment/events.js';
import { CHARGE_ATTRIBUTES, COST_BASES } from '../domain/commitment/terms/terms.js';
import { parseInstant, type Instant } from '../domain/instant.js';
import { formatUnits, unitsOf } from '../domain/money.js';
import { formatQuantity, parseQuantity } from '../domain/quantity.js';
import type { Submission } from '../ledger/ledger.js';
import { targetOf } from './handle.js';
import type { UsageEvent } from '../contract/usage/usage-event.js';

/** Text was validated at the edge: anything else here is a bug. */
const valid = <Value>(text: string, value: Value | null): Value => {
  if (value === null) throw new Error(`not validated: ${JSON.stringify(text)}`);
  return value;
};

/** Usage comes in runs of one day or hour: the same few instants thousands of times. Bounded: emptied when full. */
const instants = new Map<string, Instant>();
const INSTANTS_MAX = 4_096;

const instant = (text: string): Instant => {
  const known = instants.get(text);
  if (known !== undefined) return known;
  const parsed = valid(text, parseInstant(text));
  if (instants.size === INSTANTS_MAX) instants.clear();
  instants.set(text, parsed);
  return parsed;
};

const optional = <From, To>(value: From | undefined, convert: (value: From) => To): To | null =>
  value === undefined ? null : convert(value);

/** Canonical already: no fraction, or one that does not end in 0. Nearly every amount is. */
const AMOUNT = /^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{0,11}[1-9])?$/;
const QUANTITY = /^-?(?:0|[1-9][0-9]{0,19})(?:\.[0-9]{0,17}[1-9])?$/;

const amount = (text: string): string =>
  AMOUNT.test(text) && text !== '-0' ? text : formatUnits(unitsOf(text));

const quantity = (text: string): string =>
  QUANTITY.test(text) && text !== '-0' ? text : formatQuantity(valid(text, parseQuantity(text)));

/** Members in one fixed order, so that equal content gives equal JSON text whatever order the sender used. */
const inOrder = <Key extends string, Value>(
  source: Readonly<Partial<Record<Key, Value>>> | undefined,
  keys: readonly Key[],
  convert: (value: Value) => Value,
): Partial<Record<Key, Value>> => {
  const result: Partial<Record<Key, Value>> = {};
  if (source === undefined) return result;
  for (const key of keys) {
    const value = source[key];
    if (value !== undefined) result[key] = convert(value);
  }
  return result;
};

const same = (value: string): string => value;

const sorted = (tags: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).sort(([left], [right]) => (left < right ? -1 : 1)));

/** A validated usage event in the domain's words: amounts, quantities and instants in canonical form. */
const toCharge = (event: UsageEvent): Charge => ({
  category: event.category ?? 'usage',
  currency: event.currency,
  costs: inOrder(event.costs, COST_BASES, amount),
  amount: optional(event.amount, amount),
  chargedFrom: optional(event.chargedFrom, instant),
  chargedTo: optional(event.chargedTo, instant),
  billedFrom: optional(event.billedFrom, instant),
  billedTo: optional(event.billedTo, instant),
  quantity: optional(event.quantity, quantity),
  unit: event.unit ?? null,
  attributes: inOrder(event.attributes, CHARGE_ATTRIBUTES, same),
  tags: event.tags === undefined ? {} : sorted(event.tags),
});

/** The id of a drawdown: unambiguous, because a source has no spaces. */
export const drawdownId = (source: string, id: string): string => `${source} ${id}`;

/** A charge with its members as `toCharge` orders them: read back from the ledger they come in another order. */
const ordered = (charge: Charge): Charge => ({
  category: charge.category,
  currency: charge.currency,
  costs: inOrder(charge.costs, COST_BASES, same),
  amount: charge.amount,
  chargedFrom: charge.chargedFrom,
  chargedTo: charge.chargedTo,
  billedFrom: charge.billedFrom,
  billedTo: charge.billedTo,
  quantity: charge.quantity,
  unit: charge.unit,
  attributes: inOrder(charge.attributes, CHARGE_ATTRIBUTES, same),
  tags: sorted(charge.tags),
});

/** Hex SHA-256 of what was asked, from the charge as it was recorded. */
export const digestOfUsage = (agreementId: string, effectiveAt: Instant, charge: Charge): string =>
  hash('sha256', JSON.stringify([agreementId, effectiveAt, ordered(charge)]), 'hex');

/** What a usage event asks of the ledger. The same content gives the same digest on every channel. */
export const toRecordDrawdown = (
  event: UsageEvent,
  principal: { readonly tenant: string; readonly name: string },
): Submission => {
  const effectiveAt = instant(event.effectiveAt);
  const charge = toCharge(event);
  const command = {
    type: 'RecordDrawdown',
    agreementId: event.agreement,
    drawdownId: drawdownId(event.source, event.id),
    charge,
  } as const;
  const { stream, alongside } = targetOf(principal.tenant, command);
  // Written out: members after a spread cost more than all the rest of this.
  return {
    stream,
    alongside,
    source: event.source,
    id: event.id,
    digest: hash('sha256', JSON.stringify([event.agreement, effectiveAt, charge]), 'hex'),
    actor: principal.name,
    effectiveAt,
    expectedVersion: null,
    command,
  };
};
