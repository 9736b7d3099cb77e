import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Principal } from '../access/principal.js';
import type { Views } from '../projections/asking/read-view.js';
import { DeskRefusal, type NamedUsage } from './desk-refusal.js';
import type { Refused } from './inbox/kept-usage.js';
import { endParked } from './inbox/parked-ends.js';
import { settleRefusal } from './inbox/refusal-ends.js';
import { refusedUsage } from './inbox/refused-usage.js';
import { usageFate, type UsageFate } from './inbox/usage-fate.js';
import { UsageInbox } from './inbox/usage-inbox.js';
import { VIEWS } from './tokens.js';
import { waiting } from './usage-result.js';

/**
 * A person gives up parked or refused usage, for a reason. Both are on record. What has become something else already stays
 * that. @throws DeskRefusal `usage-recorded`: by its identity, and it is in the ledger.
 */
export class DiscardUsage extends Command<void> {
  constructor(
    readonly principal: Principal,
    readonly usage: NamedUsage<Refused>,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(DiscardUsage)
export class DiscardUsageHandler implements ICommandHandler<DiscardUsage> {
  constructor(
    @Inject(VIEWS) private readonly views: Views,
    private readonly inbox: UsageInbox,
  ) {}

  async execute(command: DiscardUsage): Promise<void> {
    const { principal, usage } = command;
    if ('refused' in usage) return this.end(command, usage.refused.refusal);
    const { source, id } = usage;
    const fate = await usageFate(this.views, principal.tenant, source, id);
    switch (fate?.outcome) {
      case 'recorded':
      case 'reversed':
        throw new DeskRefusal('usage-recorded', 'it is in the ledger: reverse it instead');
      case 'parked':
        return this.discardParked(command, fate);
      case 'refused':
        for (const { refusal } of fate.history) await this.end(command, refusal);
        return;
      case 'discarded':
      case undefined:
        return;
    }
  }

  private async end({ principal, reason }: DiscardUsage, refusal: number | null): Promise<void> {
    if (refusal !== null)
      await settleRefusal(this.views.pool, refusal, 'discarded', principal.name, reason);
  }

  private async discardParked(
    command: DiscardUsage,
    { source, id, kept }: Extract<UsageFate, { readonly kept: unknown }>,
  ): Promise<void> {
    const { principal, reason } = command;
    const { tenant } = principal;
    const key = { tenant, source, id };
    const [item] = await this.inbox.parked(key, null, 1);
    if (item === undefined) return;
    if (item.altered !== null) {
      await this.inbox.refuseAltered(item);
      const fate = await usageFate(this.views, tenant, source, id);
      if (fate?.outcome === 'refused') await this.end(command, fate.kept.refusal);
      return;
    }
    const sender = item.principal.name;
    const refusal = refusedUsage(tenant, item.event, [waiting(kept.code)], sender);
    await endParked(this.views.pool, key, item.channel, refusal, {
      discarded: { actor: principal.name, reason },
    });
  }
}
