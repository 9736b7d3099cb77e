import type { LedgerEvent } from '../domain/events.js';
import type { MoneyText } from '../domain/money.js';
import { isReadable, parseEnvelope } from '../ledger/format/entry.js';
import type { RecordedEntry } from '../ledger/ledger.js';
import { subjectOf } from './interest.js';
import type { EntryNews } from './news.js';

/** An entry as it is told. Of an event that this version cannot read nothing is said but the entry around it. */
export const entryNews = (entry: RecordedEntry): EntryNews => {
  const { shard, position, stream, source, id, actor, recordedAt, effectiveAt } = entry;
  const event = isReadable(entry) ? entry.event : null;
  return {
    ...{ shard, position, stream: `${stream.kind}:${stream.key}` },
    type: event?.type ?? parseEnvelope(entry.entry, entry.hash).event.type,
    ...{ source, id, actor, recordedAt, effectiveAt },
    ...subjectOf(stream),
    commitmentIds: event === null ? [] : commitmentsIn(event.body),
    investmentId: idIn(event?.body, 'investmentId'),
    trancheId: idIn(event?.body, 'trancheId'),
    milestoneId: idIn(event?.body, 'milestoneId'),
    amounts: event === null ? {} : amountsIn(event),
  };
};

const idIn = (body: object | undefined, member: string): string | null => {
  const id = (body as Readonly<Record<string, unknown>> | undefined)?.[member];
  return typeof id === 'string' ? id : null;
};

const commitmentsIn = (body: LedgerEvent['body']): readonly string[] => {
  const named = idIn(body, 'commitmentId');
  const moved = 'lines' in body ? body.lines.map(({ commitmentId }) => commitmentId) : [];
  return [...new Set(named === null ? moved : [named, ...moved])];
};

type Amounts = Readonly<Record<string, MoneyText>>;

const amountsIn = (event: LedgerEvent): Amounts => {
  switch (event.type) {
    case 'DrawdownRecorded':
      return inCurrency(event.body.charge.currency, event.body.split);
    case 'DrawdownReversed':
      return inCurrency(event.body.currency, event.body.split);
    case 'CommitmentPledged':
    case 'CommitmentAmended':
      return { total: event.body.terms.total };
    case 'CommitmentTerminated': {
      const { released, currency } = event.body;
      return currency === null ? {} : inCurrency(currency, { released });
    }
    case 'InvestmentAgreed': {
      const { total, contingent } = event.body;
      return contingent === null ? { total } : { total, contingent };
    }
    case 'TrancheAgreed':
      return { amount: event.body.amount };
    case 'TrancheFunded':
      return { amount: event.body.amount, funded: event.body.funded };
    default:
      return {};
  }
};

const inCurrency = (currency: string, amounts: object): Amounts =>
  Object.fromEntries(
    Object.entries(amounts).map(([name, amount]) => [name, { amount: String(amount), currency }]),
  );
