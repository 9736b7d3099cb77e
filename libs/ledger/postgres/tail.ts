import type { LedgerReader, RecordedEntry } from '../ledger.js';

/** Told after every commit of this process: shard and the last position. Returns how to stop listening. */
export type Appended = (shard: number, position: number) => void;
export interface AppendSignals {
  onAppended(listener: Appended): () => void;
}

export interface TailOptions {
  readonly signal: AbortSignal;
  /** Entries per chunk at most. */
  readonly chunk?: number;
  /** How long to wait for a sign of appends by this process before looking for those of others, in milliseconds. */
  readonly pollMs?: number;
}

/**
 * The entries of a shard after a position, in order and without gaps, for ever (until the signal): chunks of up to
 * `chunk`, never empty. Woken by appends of this process, and by polling for those of others.
 */
export async function* tail(
  reader: LedgerReader & Partial<AppendSignals>,
  shard: number,
  after: number,
  { signal, chunk = 1_000, pollMs = 250 }: TailOptions,
): AsyncGenerator<readonly RecordedEntry[], void, undefined> {
  const bell = new Bell();
  const ring = (): void => bell.ring();
  const silence = reader.onAppended?.((appended) => appended === shard && bell.ring());
  signal.addEventListener('abort', ring);
  try {
    let position = after;
    while (!signal.aborted) {
      const entries = await reader.read(shard, position, chunk);
      const last = entries.at(-1);
      if (last === undefined) {
        await bell.wait(pollMs);
        continue;
      }
      position = last.position;
      yield entries;
    }
  } finally {
    silence?.();
    signal.removeEventListener('abort', ring);
  }
}

/** Remembers a ring until somebody waits, so that an append between reading and waiting is not slept through. */
class Bell {
  private rung = false;
  private wake: (() => void) | null = null;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  async wait(timeoutMs: number): Promise<void> {
    if (!this.rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
      this.wake = null;
    }
    this.rung = false;
  }
}
