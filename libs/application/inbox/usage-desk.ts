import { hash } from 'node:crypto';
import type pg from 'pg';
import type { LedgerReader } from '../../ledger/ledger.js';
import type { KeptUsage } from './kept-rows.js';
import { keptRefusal } from './kept-usage.js';
import { endParked } from './parked-ends.js';
import type { Principal } from '../../access/principal.js';
import type { UsageRecorder } from '../record-usage.js';
import { refusalOf } from './refusal-of.js';
import { refuseAnew, settleRefusal, tellRetried } from './refusal-ends.js';
import type { ItemProblem, ItemResult } from '../../contract/usage/usage-event.js';
import { usageFate, type UsageFate } from './usage-fate.js';
import { UsageInbox } from './usage-inbox.js';
import { readUsage } from '../../contract/usage/read-usage.js';

/** Why what a person asked for was not done. `code` is stable. */
export class DeskRefusal extends Error {
  constructor(
    readonly code:
      'usage-recorded' | 'usage-discarded' | 'not-retryable' | 'unrecordable' | 'overloaded',
    message: string,
    readonly problems: readonly ItemProblem[] = [],
  ) {
    super(message);
    this.name = 'DeskRefusal';
  }
}

export interface DeskParts {
  readonly pool: pg.Pool;
  readonly reader: LedgerReader;
  readonly recorder: Pick<UsageRecorder, 'attempt' | 'retryParked'>;
}

export type Refused = NonNullable<Awaited<ReturnType<typeof keptRefusal>>>;

/** Where people look up what became of usage. */
export class UsageRecords {
  constructor(private readonly records: Pick<DeskParts, 'pool' | 'reader'>) {}

  fate(tenant: string, source: string, id: string): Promise<UsageFate | null> {
    return usageFate(this.records, tenant, source, id);
  }

  /** A refusal of this tenant. `alsoNobodys`: or one of which nobody knows whose it is. */
  async refusal(tenant: string, refusal: number, alsoNobodys = false): Promise<Refused | null> {
    const found = await keptRefusal(this.records.pool, refusal);
    if (found === null) return null;
    return found.tenant === tenant || (alsoNobodys && found.tenant === null) ? found : null;
  }
}

/**
 * Where people settle what was taken and is not in the ledger: try it again, or give it up with a reason. Who did it is
 * on record. Each may be repeated: it answers what has become of it.
 */
export class UsageDesk extends UsageRecords {
  private readonly inbox: UsageInbox;

  constructor(private readonly parts: DeskParts) {
    super(parts);
    this.inbox = new UsageInbox(parts.pool);
  }

  /** @throws DeskRefusal `usage-discarded`, `not-retryable`, `overloaded`. */
  async retry(principal: Principal, source: string, id: string): Promise<UsageFate | null> {
    const { tenant, name } = principal;
    const fate = await this.fate(tenant, source, id);
    if (fate === null || fate.outcome === 'recorded') return fate;
    if (fate.outcome === 'discarded')
      throw new DeskRefusal('usage-discarded', 'it was discarded; it has to be sent again');
    if (fate.outcome === 'parked')
      await this.parts.recorder.retryParked({ tenant, source, id }, name);
    else await this.retryRefusal(principal, { ...fate.kept, settledAs: null });
    return this.fate(tenant, source, id);
  }

  /** @throws DeskRefusal as `retry` does. */
  async retryRefusal(principal: Principal, refused: Refused): Promise<void> {
    if (refused.settledAs === 'discarded')
      throw new DeskRefusal('usage-discarded', 'it was discarded; it has to be sent again');
    if (refused.settledAs !== null) return;
    const { refusal } = refused;
    const result = await this.attempt(principal, refused);
    const by = principal.name;
    switch (result.outcome) {
      case 'recorded':
      case 'duplicate':
        await settleRefusal(this.parts.pool, refusal!, result.outcome, by);
        return;
      case 'parked':
        // It was refused, so its sender was not told that it waits: it stays refused, for this.
        return this.refusedAgain(refused, [waiting(result.reason)], by);
      case 'refused':
        return this.refusedAgain(refused, result.problems, by);
      case 'retry':
        throw new DeskRefusal('overloaded', 'nothing is known to be recorded: try it again');
    }
  }

  /** @throws DeskRefusal `usage-recorded`. */
  async discard(
    principal: Principal,
    source: string,
    id: string,
    reason: string,
  ): Promise<UsageFate | null> {
    const { tenant } = principal;
    const fate = await this.fate(tenant, source, id);
    if (fate === null) return null;
    if (fate.outcome === 'recorded')
      throw new DeskRefusal('usage-recorded', 'it is in the ledger: reverse it instead');
    if (fate.outcome === 'parked') await this.discardParked(principal, source, id, reason);
    if (fate.outcome === 'refused')
      for (const { refusal } of fate.history)
        if (refusal !== null)
          await settleRefusal(this.parts.pool, refusal, 'discarded', principal.name, reason);
    return this.fate(tenant, source, id);
  }

  /** What has become something else already stays that. */
  async discardRefusal({ name }: Principal, { refusal }: Refused, reason: string): Promise<void> {
    await settleRefusal(this.parts.pool, refusal!, 'discarded', name, reason);
  }

  private async discardParked(
    { tenant, name }: Principal,
    source: string,
    id: string,
    reason: string,
  ): Promise<void> {
    const { pool } = this.parts;
    const [item] = await this.inbox.parked({ tenant, source, id }, null, 1);
    if (item === undefined) return;
    if (item.altered !== null) {
      await this.inbox.refuseAltered(item.altered);
      const fate = await this.fate(tenant, source, id);
      if (fate?.outcome === 'refused')
        await settleRefusal(pool, fate.kept.refusal!, 'discarded', name, reason);
      return;
    }
    const waits = (await this.fate(tenant, source, id)) as { readonly kept?: KeptUsage } | null;
    const refusal = refusalOf(
      tenant,
      item.event,
      [waiting(waits?.kept?.code ?? 'agreement-unknown')],
      item.principal.name,
    );
    await endParked(pool, { tenant, source, id }, item.channel, refusal, {
      discarded: { actor: name, reason },
    });
  }

  /** What was sent, once more, on behalf of who sent it. */
  private async attempt({ tenant, name }: Principal, refused: Refused): Promise<ItemResult> {
    const { payload, sentBy, code } = refused;
    const obstacle = obstacleTo(refused);
    if (obstacle !== null || payload === null)
      throw new DeskRefusal('not-retryable', obstacle ?? '');
    const read = readUsage(payload);
    if ('problems' in read) {
      await tellRetried(this.parts.pool, refused.refusal!, code, name);
      throw new DeskRefusal(
        'not-retryable',
        'it cannot be read as a usage event, so trying it again does not help: correct it and send it again',
        read.problems,
      );
    }
    return this.parts.recorder.attempt(read.event, {
      ...{ tenant, name: sentBy ?? name, role: 'poster' },
    });
  }

  private async refusedAgain(
    { refusal, code }: Refused,
    problems: readonly ItemProblem[],
    by: string,
  ): Promise<void> {
    const { pool } = this.parts;
    if (problems[0]?.code === code) await tellRetried(pool, refusal!, code, by);
    else await refuseAnew(pool, refusal!, problems, by);
  }
}

const waiting = (reason: string): ItemProblem => ({
  code: reason,
  pointer: '/agreement',
  message: reason.replaceAll('-', ' '),
});

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
