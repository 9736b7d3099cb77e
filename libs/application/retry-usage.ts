import { hash } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Principal } from '../access/principal.js';
import { readUsage } from '../contract/usage/read-usage.js';
import type { ItemProblem, ItemResult } from '../contract/usage/usage-event.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Views } from '../projections/asking/read-view.js';
import { DeskRefusal, type NamedUsage } from './desk-refusal.js';
import type { Refused } from './inbox/kept-usage.js';
import { refuseAnew, settleRefusal, tellRetried } from './inbox/refusal-ends.js';
import { usageFate } from './inbox/usage-fate.js';
import { RetryParked, RetryParkedHandler } from './retry-parked.js';
import { LEDGER, VIEWS } from './tokens.js';
import { toRecordDrawdown } from './usage-command.js';
import { toResult, waiting } from './usage-result.js';

/**
 * A person tries parked or refused usage again, on behalf of who sent it. Who did it is on record. May be repeated: what is
 * recorded by now stays that. @throws DeskRefusal `usage-discarded`, `not-retryable`, `overloaded`.
 */
export class RetryUsage extends Command<void> {
  constructor(
    readonly principal: Principal,
    readonly usage: NamedUsage<Refused>,
  ) {
    super();
  }
}

@CommandHandler(RetryUsage)
export class RetryUsageHandler implements ICommandHandler<RetryUsage> {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(VIEWS) private readonly views: Views,
    private readonly parked: RetryParkedHandler,
  ) {}

  async execute({ principal, usage }: RetryUsage): Promise<void> {
    if ('refused' in usage) return this.retryRefusal(principal, usage.refused);
    const { tenant, name } = principal;
    const { source, id } = usage;
    const fate = await usageFate(this.views, tenant, source, id);
    if (fate === null || 'entry' in fate) return;
    if (fate.outcome === 'parked')
      await this.parked.execute(new RetryParked({ tenant, source, id }, name));
    else
      await this.retryRefusal(principal, {
        ...fate.kept,
        settledAs: fate.outcome === 'discarded' ? 'discarded' : null,
      });
  }

  private async retryRefusal(principal: Principal, refused: Refused): Promise<void> {
    if (refused.settledAs === 'discarded')
      throw new DeskRefusal('usage-discarded', 'it was discarded; it has to be sent again');
    const { refusal } = refused;
    if (refused.settledAs !== null || refusal === null) return;
    const result = await this.attempt(principal, refused, refusal);
    const by = principal.name;
    switch (result.outcome) {
      case 'recorded':
      case 'duplicate':
        await settleRefusal(this.views.pool, refusal, result.outcome, by);
        return;
      case 'parked':
        // The sender of refused usage was not told that it waits: it stays refused, for this reason.
        return this.refusedAgain(refusal, refused.code, [waiting(result.reason)], by);
      case 'refused':
        return this.refusedAgain(refusal, refused.code, result.problems, by);
      case 'retry':
        throw new DeskRefusal('overloaded', 'nothing is known to be recorded: try it again');
    }
  }

  private async attempt(
    { tenant, name }: Principal,
    refused: Refused,
    refusal: number,
  ): Promise<ItemResult> {
    const { payload, sentBy, code } = refused;
    const obstacle = obstacleTo(refused);
    if (obstacle !== null || payload === null)
      throw new DeskRefusal('not-retryable', obstacle ?? '');
    const read = readUsage(payload);
    if ('problems' in read) {
      await tellRetried(this.views.pool, refusal, code, name);
      throw new DeskRefusal(
        'not-retryable',
        'it cannot be read as a usage event, so trying it again does not help: correct it and send it again',
        read.problems,
      );
    }
    const { event } = read;
    const sender = { tenant, name: sentBy ?? name };
    return toResult(event, await this.ledger.submit(toRecordDrawdown(event, sender)));
  }

  private async refusedAgain(
    refusal: number,
    code: string,
    problems: readonly ItemProblem[],
    by: string,
  ): Promise<void> {
    const { pool } = this.views;
    if (problems[0]?.code === code) await tellRetried(pool, refusal, code, by);
    else await refuseAnew(pool, refusal, problems, by);
  }
}

/** Null: it can be tried. */
const obstacleTo = (refused: Refused): string | null => {
  const { payload, encoding, truncated, digest, code, channel, tenant } = refused;
  if (tenant === null) return 'nobody knows whose it is';
  if (channel === 'kafka-commands')
    return 'it is a command that came by Kafka: send its dead letter again (dlq retry --topic investment)';
  if (code === 'source-not-allowed')
    return 'the key that sent it may not post usage of its source: send it with one that may';
  if (payload === null) return 'its content was not kept: send it again';
  if (truncated || encoding !== 'utf-8')
    return 'only a part of its content was kept: send it again';
  return digest !== null && hash('sha256', payload, 'hex') !== digest
    ? 'what is kept is not what came: send it again'
    : null;
};
