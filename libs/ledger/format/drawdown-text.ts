import type {
  AllocationLine,
  AllocationTrace,
  Charge,
  DrawdownRecorded,
  Split,
} from '../../domain/commitment/events.js';
import { dayOf, type Instant } from '../../domain/instant.js';
import { canonical, quoted } from './canonical.js';

/**
 * Nine in ten entries are drawdowns, and most of a drawdown's members say what the envelope says already, or nothing.
 * These are left out of the text and filled in again on reading: a quarter of the bytes that are hashed, sent, stored
 * and verified.
 *
 * Left out: null, `{}`, `""`; amounts that are `0` (of a split and its lines); the category `usage`; `agreementId`
 * where it is the stream's key, `drawdownId` where it is `source id`, `effectiveAt` where it is the entry's, and the day
 * of a line where it is the entry's day; of a trace, the fraction `1` and the rule
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
  readonly effectiveAt: Instant;
}

export const drawdownText = (body: Body, envelope: DrawdownEnvelope): string => {
  const { agreementId, basis, charge, drawdownId, lines, split, trace } = body;
  let text = '{';
  if (agreementId !== envelope.key) text += quoted('"agreementId":"', agreementId, '",');
  text += quoted('"basis":"', basis, '","charge":') + chargeText(charge);
  if (!isIdOf(drawdownId, envelope)) text += quoted(',"drawdownId":"', drawdownId, '"');
  if (body.effectiveAt !== envelope.effectiveAt)
    text += quoted(',"effectiveAt":"', body.effectiveAt, '"');
  if (lines.length > 0) {
    const today = dayOf(envelope.effectiveAt);
    text += listText(',"lines":[', lines, (line) => lineText(line, today));
  }
  text += splitText(split);
  if (!isTold(trace, lines)) text += listText(',"trace":[', trace, stopText);
  return `${text}}`;
};

/** The body that `drawdownText` wrote. */
export const readDrawdown = (
  stored: Readonly<Record<string, unknown>>,
  envelope: DrawdownEnvelope,
): Body => {
  const said = stored as unknown as StoredBody;
  const today = dayOf(envelope.effectiveAt);
  const lines = said.lines?.map((line) => lineOf(line, today)) ?? [];
  return {
    ...(said.undated && { undated: said.undated }),
    agreementId: said.agreementId ?? envelope.key,
    drawdownId: said.drawdownId ?? idOf(envelope),
    effectiveAt: said.effectiveAt ?? envelope.effectiveAt,
    basis: said.basis,
    charge: chargeOf(said.charge),
    split: {
      gross: said.split.gross ?? '0',
      applied: said.split.applied ?? '0',
      overage: said.split.overage ?? '0',
      ineligible: said.split.ineligible ?? '0',
    },
    lines,
    trace:
      said.trace?.map(stopOf) ??
      lines.map(({ commitmentId, period, class: name }) =>
        stopOf({ commitmentId, period, class: name }),
      ),
  };
};

const idOf = ({ source, id }: DrawdownEnvelope): string => `${source} ${id}`;

/** As `text === idOf(envelope)`, without putting one together for every drawdown. */
const isIdOf = (text: string, { source, id }: DrawdownEnvelope): boolean =>
  text.length === source.length + 1 + id.length &&
  text.startsWith(source) &&
  text[source.length] === ' ' &&
  text.endsWith(id);

const isNamed = (record: Readonly<Record<string, unknown>>): boolean => {
  for (const name in record) if (record[name] !== undefined) return true;
  return false;
};

const listText = <Item>(
  label: string,
  items: readonly Item[],
  write: (item: Item) => string,
): string =>
  items.length === 1 ? `${label}${write(items[0]!)}]` : `${label}${items.map(write).join(',')}]`;

/** The members before `currency`, which is always there, end with a comma, and those behind it begin with one. */
const chargeText = (charge: Charge): string => {
  let text = '{';
  if (charge.amount !== null) text += quoted('"amount":"', charge.amount, '",');
  if (isNamed(charge.attributes)) text += `"attributes":${canonical(charge.attributes)},`;
  if (charge.billedFrom !== null) text += quoted('"billedFrom":"', charge.billedFrom, '",');
  if (charge.billedTo !== null) text += quoted('"billedTo":"', charge.billedTo, '",');
  if (charge.category !== 'usage') text += quoted('"category":"', charge.category, '",');
  if (charge.chargedFrom !== null) text += quoted('"chargedFrom":"', charge.chargedFrom, '",');
  if (charge.chargedTo !== null) text += quoted('"chargedTo":"', charge.chargedTo, '",');
  if (isNamed(charge.costs)) text += `"costs":${canonical(charge.costs)},`;
  text += quoted('"currency":"', charge.currency, '"');
  if (charge.quantity !== null) text += quoted(',"quantity":"', charge.quantity, '"');
  if (isNamed(charge.tags)) text += `,"tags":${canonical(charge.tags)}`;
  if (charge.unit !== null) text += quoted(',"unit":"', charge.unit, '"');
  return `${text}}`;
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

/** With its label, because the first of its members is not always the same one. */
const splitText = ({ applied, gross, ineligible, overage }: Split): string => {
  let text = '';
  if (applied !== '0') text = quoted('"applied":"', applied, '"');
  if (gross !== '0') text += quoted(text === '' ? '"gross":"' : ',"gross":"', gross, '"');
  if (ineligible !== '0')
    text += quoted(text === '' ? '"ineligible":"' : ',"ineligible":"', ineligible, '"');
  if (overage !== '0') text += quoted(text === '' ? '"overage":"' : ',"overage":"', overage, '"');
  return `,"split":{${text}}`;
};

const lineText = (line: AllocationLine, today: string): string => {
  let text = '{';
  if (line.applied !== '0') text += quoted('"applied":"', line.applied, '",');
  if (line.class !== '') text += quoted('"class":"', line.class, '",');
  text += quoted('"commitmentId":"', line.commitmentId, '"');
  if (line.day !== today) text += quoted(',"day":"', line.day, '"');
  if (line.ineligible !== '0') text += quoted(',"ineligible":"', line.ineligible, '"');
  if (line.overage !== '0') text += quoted(',"overage":"', line.overage, '"');
  return `${text},"period":${canonical(line.period)}}`;
};

const lineOf = (said: StoredLine, today: string): AllocationLine => ({
  commitmentId: said.commitmentId,
  period: said.period,
  class: said.class ?? '',
  day: said.day ?? today,
  applied: said.applied ?? '0',
  overage: said.overage ?? '0',
  ineligible: said.ineligible ?? '0',
});

const stopText = (stop: AllocationTrace): string => {
  let text = '{';
  if (stop.class !== '') text += quoted('"class":"', stop.class, '",');
  text += quoted('"commitmentId":"', stop.commitmentId, '"');
  if (stop.fraction !== '1') text += quoted(',"fraction":"', stop.fraction, '"');
  text += `,"period":${canonical(stop.period)}`;
  if (stop.rule !== 'default') text += quoted(',"rule":"', stop.rule, '"');
  return `${text}}`;
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
  readonly effectiveAt?: Instant;
  readonly undated?: true;
  readonly lines?: readonly StoredLine[];
  readonly split: Partial<Split>;
  readonly trace?: readonly StoredStop[];
}
