import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourcedNote } from '../../libs/domain/agreement/events.js';
import type { CostBasis } from '../../libs/domain/commitment/terms/terms.js';
import type { Instrument } from '../../libs/domain/investment/events.js';
import type { MoneyText } from '../../libs/domain/money.js';
import type { PartyKind, RelationKind } from '../../libs/domain/party/events.js';

/** The shape of portfolio.json. `RelativeDate`: see relative-date.ts. `Amount`: `1,250,000,000 USD`. */
export type RelativeDate = string;
export type Amount = string;

export interface Portfolio {
  /** Every party is registered as of this day. In days, because the day of loading is found from it again. */
  readonly registered: RelativeDate;
  /** Two people, because nobody approves what he attested. */
  readonly people: { readonly attests: string; readonly approves: string };
  readonly parties: readonly PartyOfPortfolio[];
  readonly deals: readonly Deal[];
}

export interface PartyOfPortfolio {
  readonly id: string;
  readonly name: string;
  readonly kinds: readonly PartyKind[];
  readonly relations?: readonly {
    readonly id: string;
    readonly to: string;
    readonly kind: RelationKind;
    readonly percent: string | null;
    readonly from: RelativeDate;
    readonly until: RelativeDate | null;
  }[];
}

export interface Deal {
  readonly id: string;
  readonly title: string;
  readonly vendor: string;
  readonly customer: string;
  readonly startsAt: RelativeDate;
  readonly endsAt: RelativeDate | null;
  /** When the claims were told, as far as they name no day of publication. */
  readonly reportedAt: RelativeDate;
  readonly claims: readonly (Omit<SourcedNote, 'noteId'> & { readonly id: string })[];
  readonly commitments: readonly CommitmentOfPortfolio[];
  readonly investments: readonly InvestmentOfPortfolio[];
}

export interface CommitmentOfPortfolio {
  readonly id: string;
  readonly name: string;
  readonly total: Amount;
  readonly basis: CostBasis;
  readonly startsAt: RelativeDate;
  readonly endsAt: RelativeDate | null;
  readonly schedule:
    | { readonly mode: 'total-only' }
    | {
        readonly mode: 'period-minimums' | 'sum-of-periods';
        readonly everyMonths: number;
        readonly minimums: readonly string[];
        readonly rolloverFraction?: string;
      };
  /** Charges of these publishers are of class `marketplace`, and only so much of them counts. */
  readonly marketplace?: {
    readonly publishers: readonly string[];
    readonly cap: { readonly of: 'period-minimum' | 'total' | 'absolute'; readonly value: string };
  };
  /** Only charges of these FOCUS service categories draw it down. */
  readonly onlyServiceCategories?: readonly string[];
  readonly priority?: number;
}

/** A gate over the investment's own milestones, by their short names. */
export type GateOfPortfolio =
  | { readonly milestone: string }
  | { readonly all: readonly GateOfPortfolio[] }
  | { readonly any: readonly GateOfPortfolio[] };

export type MilestoneStep =
  | { readonly do: 'attest'; readonly at: RelativeDate; readonly outcome: 'met' | 'missed' }
  | { readonly do: 'approve'; readonly at: RelativeDate }
  | { readonly do: 'waive'; readonly at: RelativeDate; readonly reason: string }
  | {
      readonly do: 'extend';
      readonly at: RelativeDate;
      readonly dueAt: RelativeDate;
      readonly reason: string;
    };

export interface InvestmentOfPortfolio {
  readonly id: string;
  readonly investor: string;
  readonly recipient: string;
  readonly instrument: Instrument;
  /** Its amounts and milestones are made up. */
  readonly synthetic?: boolean;
  readonly total: Amount;
  readonly contingent: Amount | null;
  readonly agreedAt: RelativeDate;
  readonly link?: { readonly commitment: string; readonly kind: 'reciprocal' | 'conditional' };
  readonly milestones: readonly {
    readonly id: string;
    readonly definition: string;
    readonly dueAt: RelativeDate | null;
    readonly steps: readonly MilestoneStep[];
  }[];
  readonly tranches: readonly {
    readonly id: string;
    readonly amount: Amount;
    readonly contingent?: boolean;
    readonly gate: GateOfPortfolio;
    readonly plannedAt: RelativeDate | null;
    readonly longStopAt?: RelativeDate;
    readonly calledAt?: RelativeDate;
    readonly payments: readonly {
      readonly amount: Amount;
      readonly at: RelativeDate;
      readonly reference: string;
    }[];
  }[];
}

/** `1,250,000,000 USD` to wire money. Throws on anything else. */
export const amountOf = (text: Amount): MoneyText => {
  const match = /^([\d,]+(?:\.\d+)?) ([A-Z]{3})$/.exec(text);
  if (!match) throw new Error(`not an amount like "1,250,000,000 USD": ${text}`);
  return { amount: plainNumber(match[1] as string), currency: match[2] as string };
};

export const plainNumber = (text: string): string => text.replaceAll(',', '');

/** The data file lies in the sources also when this runs compiled, from `dist`. */
const portfolioFile = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error('no package.json above the compiled sources');
    folder = dirname(folder);
  }
  return join(folder, 'infra', 'reference-portfolio', 'portfolio.json');
};

export const readPortfolio = (): Portfolio =>
  JSON.parse(readFileSync(portfolioFile(), 'utf8')) as Portfolio;
