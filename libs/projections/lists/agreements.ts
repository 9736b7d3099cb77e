import type { TimeAxes } from '../asking/question.js';
import { readView, type Views } from '../asking/read-view.js';
import { said, type RowsOf } from '../asking/rows-wanted.js';
import { agreementFacts, linkFacts } from '../facts/agreements.js';
import { factsProjection } from '../facts/facts.js';
import { timesSaid } from '../facts/times-said.js';
import type { AgreementList, ListedAgreement } from './answer.js';
import {
  agreementsBetween,
  dealingsWanted,
  partiesNamed,
  type BetweenParties,
} from './dealings.js';
import { pageOf, type Page, type PageAsked } from './page.js';

interface AgreementsFilter extends BetweenParties {
  readonly status?: ListedAgreement['status'] | undefined;
}

export interface AgreementsQuestion extends TimeAxes, PageAsked, AgreementsFilter {}

export const agreements = async (
  views: Views,
  question: AgreementsQuestion,
): Promise<AgreementList> => {
  const { rows, seen } = await readView(views, [factsProjection], question, agreementsWanted);
  return { ...agreementsOf(rows, question), ...seen };
};

export const agreementsWanted = () => ({
  ...dealingsWanted(),
  saidAgreements: said(agreementFacts),
  saidLinks: said(linkFacts),
});

export const agreementsOf = (
  rows: RowsOf<ReturnType<typeof agreementsWanted>>,
  question: PageAsked & AgreementsFilter,
): Page<ListedAgreement> => {
  const { status: wanted } = question;
  const named = partiesNamed(rows);
  const versions = timesSaid([...rows.saidAgreements, ...rows.saidLinks], 'agreementId');
  const listed = [...agreementsBetween(rows, question).values()]
    .filter(({ status }) => (wanted ?? status) === status)
    .map(
      ({
        agreementId,
        title,
        status,
        vendorId,
        customerId,
        startsAt,
        endsAt,
      }): ListedAgreement => ({
        agreementId,
        termsVersion: versions.get(agreementId) ?? 0,
        ...{ title, status, vendor: named(vendorId), customer: named(customerId) },
        ...{ startsAt, endsAt },
      }),
    );
  return pageOf(listed, ({ agreementId }) => agreementId, question);
};
