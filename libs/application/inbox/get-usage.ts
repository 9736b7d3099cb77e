import { Query } from '../../projections/asking/query.js';
import type { TimeAxes } from '../../projections/asking/question.js';
import type { Views } from '../../projections/asking/read-view.js';
import { listKeptOf, type EffectiveWindow, type KeptPage } from './kept-on-days.js';
import { keptRefusal, type KeptCursor, type KeptFilter, type Refused } from './kept-usage.js';
import type { UsageAccountsAnswer } from '../../contract/usage/answers.js';
import { usageAccounts } from './usage-accounts.js';
import { usageFate, type UsageFate } from './usage-fate.js';

interface IdentityAsked extends Pick<TimeAxes, 'tenant'> {
  readonly source: string;
  readonly id: string;
}

/** What became of one usage event. Null: nothing of this name came, as far as this ledger knows. */
export class GetUsageFate extends Query<UsageFate | null, IdentityAsked> {
  readonly name = 'usage-fate';

  answer(views: Views): Promise<UsageFate | null> {
    const { tenant, source, id } = this.asked;
    return usageFate(views, tenant, source, id);
  }
}

interface RefusalAsked extends Pick<TimeAxes, 'tenant'> {
  readonly refusal: number;
  /** Usage of an unknown tenant is found too. */
  readonly alsoNobodys?: boolean;
}

/** A refusal of this tenant, by its number. Null: there is none. */
export class GetRefusal extends Query<Refused | null, RefusalAsked> {
  readonly name = 'usage-refusal';

  async answer({ pool }: Views): Promise<Refused | null> {
    const { tenant, refusal, alsoNobodys = false } = this.asked;
    const found = await keptRefusal(pool, refusal);
    if (found === null) return null;
    return found.tenant === tenant || (alsoNobodys && found.tenant === null) ? found : null;
  }
}

interface KeptAsked extends Pick<TimeAxes, 'tenant'> {
  readonly filter: Omit<KeptFilter, 'tenants'> & EffectiveWindow;
  readonly cursor: KeptCursor | null;
  readonly limit: number;
}

/** What was taken and is not in the ledger: parked first, then refused and discarded, newest first. */
export class ListKeptUsage extends Query<KeptPage, KeptAsked> {
  readonly name = 'kept-usage';

  answer({ pool }: Views): Promise<KeptPage> {
    const { tenant, filter, cursor, limit } = this.asked;
    return listKeptOf(pool, { ...filter, tenants: [tenant] }, cursor, limit);
  }
}

/** How much usage came, channel by channel, and what became of it. */
export class GetUsageCounts extends Query<UsageAccountsAnswer> {
  readonly name = 'usage-counts';

  answer({ pool }: Views): Promise<UsageAccountsAnswer> {
    return usageAccounts(pool, this.asked.tenant);
  }
}
