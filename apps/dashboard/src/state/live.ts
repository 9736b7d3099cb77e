import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { readEvents } from './events.js';
import { VIEW } from './questions.js';
import type { Money } from '../api/types.js';

/** What the stream says of an entry that was appended. */
export interface EntryNews {
  readonly shard: number;
  readonly position: number;
  readonly type: string;
  readonly actor: string;
  readonly recordedAt: string;
  readonly agreementId: string | null;
  readonly partyId: string | null;
  readonly commitmentIds: readonly string[];
  readonly amounts: Readonly<Record<string, Money>>;
}

export interface Live {
  /** When the stream last said anything, beats included; of `Date.now()`. Null: not yet. */
  readonly heardAt: number | null;
  readonly news: readonly EntryNews[];
}

/** A stream that says nothing for so long may be dead: it beats every 15 s. */
export const STALE_MS = 30_000;
const AGAIN_MS = 2_000;
const NEWS_MAX = 50;
/** Moves of views come in bursts; one question answers them all. */
const GATHER_MS = 150;

let live: Live = { heardAt: null, news: [] };
const listeners = new Set<() => void>();
const tell = (changed: Partial<Live>): void => {
  live = { ...live, ...changed };
  for (const listener of listeners) listener();
};
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useLive = (): Live => useSyncExternalStore(subscribe, () => live);

/** Keeps the answers of the page up to date for as long as it is there. */
export const useStream = (isWanted: boolean): void => {
  const client = useQueryClient();
  useEffect(() => {
    if (!isWanted) return undefined;
    const ended = new AbortController();
    void listen(client, ended.signal);
    return () => ended.abort();
  }, [client, isWanted]);
};

const listen = async (client: QueryClient, ended: AbortSignal): Promise<void> => {
  let place: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const askAnew = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void client.invalidateQueries({ queryKey: [VIEW] });
    }, GATHER_MS);
  };
  while (!ended.aborted) {
    try {
      const headers: Record<string, string> = place === null ? {} : { 'Last-Event-ID': place };
      const { ok, status, body } = await fetch('/v1/stream', { headers, signal: ended });
      if (status === 401) void client.invalidateQueries({ queryKey: ['session'] });
      if (status === 422 || status === 400) place = null;
      if (ok && body !== null) {
        if (place === null) askAnew();
        for await (const { id, event, data } of readEvents(body)) {
          place = id ?? place;
          tell({ heardAt: Date.now() });
          if (event === 'view' || event === 'behind') askAnew();
          if (event === 'entry')
            tell({ news: [JSON.parse(data) as EntryNews, ...live.news].slice(0, NEWS_MAX) });
          if (event === 'end') void client.invalidateQueries({ queryKey: ['session'] });
        }
      }
    } catch {
      // The server is away, or the page is: the first is said by the age of what was heard.
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
};
