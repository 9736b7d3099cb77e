import { useQuery } from '@tanstack/react-query';
import type { Standing } from '../api/types.js';
import { lastDayOf } from '../format/words.js';
import { Answer } from '../parts/answer.js';
import { Risk } from '../parts/risk.js';
import { Seen } from '../parts/seen.js';
import { useMoment } from '../state/address.js';
import { burnDown, portfolio } from '../state/questions.js';
import { Figures } from './figures.js';
import { Gap } from './gap.js';
import { Latest } from './latest.js';
import { PeriodsTable } from './periods-table.js';
import { UseOverTime } from './use-over-time.js';

/** One pledge: how far it is, where it ends, and the entries behind each number. */
export const CommitmentPage = ({ id }: { readonly id: string }) => {
  const moment = useMoment();
  const query = useQuery(burnDown(id, moment));
  const standing = useQuery(portfolio(moment)).data?.data.find(
    ({ commitmentId }) => commitmentId === id,
  );
  return (
    <Answer query={query} size="line">
      {(answer) => (
        <>
          <title>{`${answer.name} · Commitment Ledger`}</title>
          <Head name={answer.name} endsAt={answer.endsAt} id={id} standing={standing} />
          <Gap of={answer} />
          <Figures of={answer} pastDue={standing?.pastDue ?? null} />
          <UseOverTime of={answer} />
          <PeriodsTable id={id} />
          <Latest id={id} asOf={answer.asOf} />
          <Seen asOf={answer.asOf} position={answer.ledgerPosition} lag={answer.lag} />
        </>
      )}
    </Answer>
  );
};

interface HeadProps {
  readonly name: string;
  readonly endsAt: string | null;
  readonly id: string;
  /** Absent: it is not among those that a portfolio shows at a time. */
  readonly standing: Standing | undefined;
}

const Head = ({ name, endsAt, id, standing }: HeadProps) => (
  <div className="head">
    <div>
      <h1>{name}</h1>
      <p className="quiet">
        <code>{id}</code>
        {standing !== undefined && ` · ${standing.customer.name} to ${standing.vendor.name}`} ·{' '}
        {endsAt === null ? 'end unknown' : `ends ${lastDayOf(endsAt)}`}
      </p>
    </div>
    {standing !== undefined && <Risk risk={standing.risk} />}
  </div>
);
