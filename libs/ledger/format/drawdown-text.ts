import type {
  AllocationLine,
  AllocationTrace,
  Charge,
  DrawdownRecorded,
  Split,
} from '../../domain/commitment/events.js';
import { dayOf, type Instant } from '../../domain/instant.js';
import { Defaults, EMPTY_LIST, EMPTY_OBJECT } from './defaults.js';
import type { DefaultRule } from './defaults.js';

type Body = DrawdownRecorded['body'];

/** The members of an envelope that a body may repeat. */
export interface DrawdownEnvelope {
  /** Key of the stream. */
  readonly key: string;
  readonly source: string;
  readonly id: string;
  readonly effectiveAt: Instant;
}

interface Around {
  readonly envelope: DrawdownEnvelope;
  /** The day of the envelope. */
  readonly day: string;
}

const SAID: DefaultRule<Around> = {};
const is = (value: string | null): DefaultRule<Around> => ({ is: value });
const ZERO = is('0');
const NULL = is(null);
const EMPTY: DefaultRule<Around> = { is: EMPTY_OBJECT };

const CHARGE = new Defaults<Around, Charge>({
  category: is('usage'),
  currency: SAID,
  costs: EMPTY,
  amount: NULL,
  chargedFrom: NULL,
  chargedTo: NULL,
  billedFrom: NULL,
  billedTo: NULL,
  quantity: NULL,
  unit: NULL,
  attributes: EMPTY,
  tags: EMPTY,
});

const SPLIT = new Defaults<Around, Split>({
  gross: ZERO,
  applied: ZERO,
  overage: ZERO,
  ineligible: ZERO,
});

const LINE = new Defaults<Around, AllocationLine>({
  commitmentId: SAID,
  period: SAID,
  class: is(''),
  day: { from: ({ day }) => day },
  applied: ZERO,
  overage: ZERO,
  ineligible: ZERO,
});

const TRACE = new Defaults<Around, AllocationTrace>({
  commitmentId: SAID,
  period: SAID,
  class: is(''),
  fraction: is('1'),
  rule: is('default'),
});

/**
 * The published defaults of `DrawdownRecorded`, in README.md for other readers. Stored for ever: an entry that left
 * something out means what it meant then, so a default never changes; a new member may have one.
 */
const DRAWDOWN = new Defaults<Around, Body>({
  undated: SAID,
  agreementId: { from: ({ envelope }) => envelope.key },
  drawdownId: { from: ({ envelope }) => `${envelope.source} ${envelope.id}` },
  effectiveAt: { from: ({ envelope }) => envelope.effectiveAt },
  basis: SAID,
  charge: { of: CHARGE },
  split: { of: SPLIT },
  lines: { of: LINE, is: EMPTY_LIST },
  trace: { of: TRACE, from: (_, { lines }) => onlyStop(lines as Body['lines']) },
});

/**
 * The trace of one line that went there by the default rule: it says nothing more than the line. Of no line, or of
 * several, the trace is always written.
 */
const onlyStop = ([line, another]: Body['lines']): Body['trace'] | undefined => {
  if (line === undefined || another !== undefined) return undefined;
  const { commitmentId, period, class: name } = line;
  return [{ commitmentId, period, class: name, fraction: '1', rule: 'default' }];
};

const around = (envelope: DrawdownEnvelope): Around => ({
  envelope,
  day: dayOf(envelope.effectiveAt),
});

/** Canonical JSON of what differs from the defaults. */
export const drawdownText = (body: Body, envelope: DrawdownEnvelope): string =>
  DRAWDOWN.write(body, around(envelope));

/** The body that `drawdownText` wrote. */
export const readDrawdown = (
  said: Readonly<Record<string, unknown>>,
  envelope: DrawdownEnvelope,
): Body => DRAWDOWN.read(said, around(envelope));
