import type {
  AllocationLine,
  AllocationTrace,
  Charge,
  DrawdownRecorded,
  Split,
} from '../domain/commitment/events.js';
import { canonical, quote } from './canonical.js';

/**
 * Nine in ten entries are drawdowns, and most of a drawdown's members say what the envelope says already, or nothing.
 * These are left out of the text and filled in again on reading: a quarter of the bytes that are hashed, sent, stored and verified.
 *
 * Left out: null, `{}`, `""`; amounts that are `0` (of a split and its lines); the category `usage`; `agreementId`
 * where it is the stream's key and `drawdownId` where it is `source id`; of a trace, the fraction `1` and the rule
 * `default`, and the whole trace where it is one such stop and repeats the one line. What is in the text is canonical
 * JSON, and reading it gives exactly what was written: properties say both.
 */
type Body = DrawdownRecorded['body'];

/** Of the envelope, what a body may repeat. */
export interface DrawdownEnvelope {
  /** Key of the stream. */
  readonly key: string;
  readonly source: string;
  readonly id: string;
}

export const drawdownText = (body: Body, envelope: DrawdownEnvelope): string => {
  const { agreementId, basis, charge, drawdownId, lines, split, trace } = body;
  let text = '{';
  if (agreementId !== envelope.key) text = member(text, '"agreementId":', quote(agreementId));
  text = member(text, '"basis":', quote(basis));
  text = member(text, '"charge":', chargeText(charge));
  if (drawdownId !== idOf(envelope)) text = member(text, '"drawdownId":', quote(drawdownId));
  if (lines.length > 0) text = member(text, '"lines":', listText(lines, lineText));
  text = member(text, '"split":', splitText(split));
  if (!isTold(trace, lines)) text = member(text, '"trace":', listText(trace, stopText));
  return `${text}}`;
};

/** The body that `drawdownText` wrote. */
export const readDrawdown = (
  stored: Readonly<Record<string, unknown>>,
  envelope: DrawdownEnvelope,
): Body => {
  const said = stored as unknown as StoredBody;
  const lines = said.lines?.map(lineOf) ?? [];
  return {
    agreementId: said.agreementId ?? envelope.key,
    drawdownId: said.drawdownId ?? idOf(envelope),
    basis: said.basis,
    charge: chargeOf(said.charge),
    split: {
      gross: said.split.gross ?? '0',
      applied: said.split.applied ?? '0',
      overage: said.split.overage ?? '0',
      ineligible: said.split.ineligible ?? '0',
    },
    lines,
    trace: said.trace?.map(stopOf) ?? lines.map(stopOf),
  };
};

const idOf = ({ source, id }: DrawdownEnvelope): string => `${source} ${id}`;

/** `text` is open: it begins with `{` and has some members. */
const member = (text: string, label: string, value: string): string =>
  text === '{' ? text + label + value : `${text},${label}${value}`;

const textMember = (
  open: string,
  label: string,
  value: string | null,
  unless: string | null,
): string => (value === unless ? open : member(open, label, quote(value!)));

const recordMember = (
  open: string,
  label: string,
  value: Readonly<Record<string, unknown>>,
): string => {
  for (const name in value)
    if (value[name] !== undefined) return member(open, label, canonical(value));
  return open;
};

const listText = <Item>(items: readonly Item[], write: (item: Item) => string): string => {
  if (items.length === 1) return `[${write(items[0]!)}]`;
  return `[${items.map(write).join(',')}]`;
};

const chargeText = (charge: Charge): string => {
  let open = textMember('{', '"amount":', charge.amount, null);
  open = recordMember(open, '"attributes":', charge.attributes);
  open = textMember(open, '"billedFrom":', charge.billedFrom, null);
  open = textMember(open, '"billedTo":', charge.billedTo, null);
  open = textMember(open, '"category":', charge.category, 'usage');
  open = textMember(open, '"chargedFrom":', charge.chargedFrom, null);
  open = textMember(open, '"chargedTo":', charge.chargedTo, null);
  open = recordMember(open, '"costs":', charge.costs);
  open = member(open, '"currency":', quote(charge.currency));
  open = textMember(open, '"quantity":', charge.quantity, null);
  open = recordMember(open, '"tags":', charge.tags);
  open = textMember(open, '"unit":', charge.unit, null);
  return `${open}}`;
};

const chargeOf = (said: Partial<Charge> & Pick<Charge, 'currency'>): Charge => ({
  category: said.category ?? 'usage',
  currency: said.currency,
  costs: said.costs ?? {},
  amount: said.amount ?? null,
  chargedFrom: said.chargedFrom ?? null,
  chargedTo: said.chargedTo ?? null,
  billedFrom: said.billedFrom ?? null,
  billedTo: said.billedTo ?? null,
  quantity: said.quantity ?? null,
  unit: said.unit ?? null,
  attributes: said.attributes ?? {},
  tags: said.tags ?? {},
});

const splitText = (split: Split): string => {
  let open = textMember('{', '"applied":', split.applied, '0');
  open = textMember(open, '"gross":', split.gross, '0');
  open = textMember(open, '"ineligible":', split.ineligible, '0');
  open = textMember(open, '"overage":', split.overage, '0');
  return `${open}}`;
};

const lineText = (line: AllocationLine): string => {
  let open = textMember('{', '"applied":', line.applied, '0');
  open = textMember(open, '"class":', line.class, '');
  open = member(open, '"commitmentId":', quote(line.commitmentId));
  open = textMember(open, '"ineligible":', line.ineligible, '0');
  open = textMember(open, '"overage":', line.overage, '0');
  return `${member(open, '"period":', canonical(line.period))}}`;
};

const lineOf = (said: StoredLine): AllocationLine => ({
  commitmentId: said.commitmentId,
  period: said.period,
  class: said.class ?? '',
  applied: said.applied ?? '0',
  overage: said.overage ?? '0',
  ineligible: said.ineligible ?? '0',
});

const stopText = (stop: AllocationTrace): string => {
  let open = textMember('{', '"class":', stop.class, '');
  open = member(open, '"commitmentId":', quote(stop.commitmentId));
  open = textMember(open, '"fraction":', stop.fraction, '1');
  open = member(open, '"period":', canonical(stop.period));
  return `${textMember(open, '"rule":', stop.rule, 'default')}}`;
};

const stopOf = (said: StoredStop): AllocationTrace => ({
  commitmentId: said.commitmentId,
  period: said.period,
  class: said.class ?? '',
  fraction: said.fraction ?? '1',
  rule: said.rule ?? 'default',
});

/** The line tells the trace: one of each, at the same place, and `stopOf` fills in the rest. */
const isTold = (trace: readonly AllocationTrace[], lines: readonly AllocationLine[]): boolean => {
  if (lines.length !== 1 || trace.length !== 1) return false;
  const line = lines[0]!;
  const stop = trace[0]!;
  return (
    stop.rule === 'default' &&
    stop.fraction === '1' &&
    stop.commitmentId === line.commitmentId &&
    stop.period === line.period &&
    stop.class === line.class
  );
};

type StoredLine = Partial<AllocationLine> & Pick<AllocationLine, 'commitmentId' | 'period'>;
type StoredStop = Partial<AllocationTrace> & Pick<AllocationTrace, 'commitmentId' | 'period'>;

interface StoredBody {
  readonly agreementId?: string;
  readonly basis: Body['basis'];
  readonly charge: Partial<Charge> & Pick<Charge, 'currency'>;
  readonly drawdownId?: string;
  readonly lines?: readonly StoredLine[];
  readonly split: Partial<Split>;
  readonly trace?: readonly StoredStop[];
}
