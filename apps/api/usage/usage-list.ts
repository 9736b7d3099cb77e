import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ListKeptUsage } from '../../../libs/application/inbox/get-usage.js';
import type { EffectiveWindow } from '../../../libs/application/inbox/kept-on-days.js';
import {
  asDrawdown,
  outcomeOf,
  recordedUsage,
  type RecordedUsage,
} from '../../../libs/application/inbox/recorded-usage.js';
import type { KeptCursor } from '../../../libs/application/inbox/kept-usage.js';
import { LEDGER } from '../../../libs/application/tokens.js';
import type { UsageEventAnswer } from '../../../libs/contract/usage/list-answer.js';
import { parseInstant } from '../../../libs/domain/instant.js';
import type { LedgerReader, RecordedEntry, StreamReader } from '../../../libs/ledger/ledger.js';
import { pageOf, type EntryPlace } from '../audit/page-of-entries.js';
import { toItemAnswer, toRecordedItem } from './to-answer.js';

/** What a list goes by. What is left out narrows nothing. */
export interface UsageFilter extends EffectiveWindow {
  readonly outcome?: UsageEventAnswer['outcome'] | undefined;
  readonly source?: string | undefined;
  readonly id?: string | undefined;
  readonly agreement?: string | undefined;
  readonly code?: string | undefined;
  readonly channel?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Where a list goes on: at the desk first, then in the ledger, shard by shard. */
export type UsagePlace = KeptCursor | ({ readonly of: 'recorded' } & EntryPlace);

export interface UsagePage {
  readonly items: readonly UsageEventAnswer[];
  readonly next: UsagePlace | null;
  readonly isStopped: boolean;
}

interface Asked {
  readonly tenant: string;
  readonly filter: UsageFilter;
  readonly place: UsagePlace | null;
  readonly limit: number;
}

const CHUNK = 500;
const CHUNKS_MAX = 10;
const LEDGER_BEGINS = { of: 'recorded', shard: 0, position: 0 } as const;

/** Usage events whatever became of them: two lists of two stores, read as one. */
@Injectable()
export class UsageList {
  constructor(
    private readonly queries: QueryBus,
    @Inject(LEDGER) private readonly reader: LedgerReader & StreamReader,
  ) {}

  async page(asked: Asked): Promise<UsagePage> {
    const { place, limit } = asked;
    const kept = await this.keptPage(asked);
    if (kept.next !== null || !isOfLedger(asked.filter)) return kept;
    const start = place?.of === 'recorded' ? place : LEDGER_BEGINS;
    const left = limit - kept.items.length;
    // A full page still has to know whether anything follows.
    const recorded = await this.recordedPage(asked, start, Math.max(left, 1));
    if (left === 0) return { ...kept, next: recorded.items.length > 0 ? start : recorded.next };
    return { ...recorded, items: [...kept.items, ...recorded.items] };
  }

  private async keptPage({ tenant, filter, place, limit }: Asked): Promise<UsagePage> {
    const { outcome, ...rest } = filter;
    if (outcome === 'recorded' || outcome === 'reversed' || place?.of === 'recorded')
      return { items: [], next: null, isStopped: false };
    const asked = { tenant, filter: { ...rest, outcome }, cursor: place, limit };
    const { items, ...page } = await this.queries.execute(new ListKeptUsage(asked));
    return { ...page, items: items.map(toItemAnswer) };
  }

  /** What became of an entry is not in it, so that entries of an outcome are looked for among the others. */
  private async recordedPage(asked: Asked, start: EntryPlace, limit: number): Promise<UsagePage> {
    const { outcome } = asked.filter;
    const found: RecordedUsage[] = [];
    let at = start;
    for (let chunk = 0; chunk < CHUNKS_MAX; chunk += 1) {
      const page = await this.entries(asked, at, outcome === undefined ? limit + 1 : CHUNK);
      const usage = await recordedUsage(this.reader, page.entries.flatMap(drawdownsIn));
      found.push(...usage.filter((each) => outcome === undefined || outcomeOf(each) === outcome));
      const last = found[limit - 1];
      if (found.length > limit && last !== undefined)
        return {
          items: found.slice(0, limit).map(toRecordedItem),
          next: placeOf(last),
          isStopped: false,
        };
      if (page.next === null)
        return { items: found.map(toRecordedItem), next: null, isStopped: false };
      at = page.next;
      if (page.isStopped) break;
    }
    return { items: found.map(toRecordedItem), next: { of: 'recorded', ...at }, isStopped: true };
  }

  private async entries({ tenant, filter }: Asked, start: EntryPlace, limit: number) {
    const { source, id, agreement, from, to, effectiveFrom, effectiveBefore } = filter;
    if (source !== undefined && id !== undefined) {
      const entry = await this.reader.find(tenant, source, id);
      const entries = entry !== null && isWanted(entry, filter, start) ? [entry] : [];
      return { entries, next: null, isStopped: false };
    }
    return pageOf(this.reader, {
      ...{ tenant, source, id, from, to, effectiveFrom, effectiveBefore },
      ...{ start, limit, type: 'DrawdownRecorded' },
      ...(agreement === undefined ? {} : { stream: `commitment:${agreement}` }),
    });
  }
}

/** Why something waits, and by which channel it came, is known at the desk only. */
const isOfLedger = ({ outcome, code, channel }: UsageFilter): boolean =>
  (outcome === undefined || outcome === 'recorded' || outcome === 'reversed') &&
  code === undefined &&
  channel === undefined;

const drawdownsIn = (entry: RecordedEntry) => asDrawdown(entry) ?? [];

const placeOf = ({ entry: { shard, position } }: RecordedUsage): UsagePlace => ({
  ...{ of: 'recorded', shard, position },
});

const isWanted = (
  { shard, position, stream, recordedAt, effectiveAt }: RecordedEntry,
  { agreement, from, to, effectiveFrom, effectiveBefore }: UsageFilter,
  start: EntryPlace,
): boolean =>
  (shard > start.shard || (shard === start.shard && position > start.position)) &&
  (agreement ?? stream.key) === stream.key &&
  isBetween(recordedAt, instantOf(from), instantOf(to)) &&
  isBetween(effectiveAt, effectiveFrom, effectiveBefore);

const instantOf = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : (parseInstant(text) ?? undefined);

const isBetween = (at: string, from: string | undefined, before: string | undefined): boolean =>
  at >= (from ?? '') && (before === undefined || at < before);
