import { randomBytes } from 'node:crypto';

/** A sign-in in a browser lasts so long, in ms; whoever works on signs in again. */
export const SESSION_MS = 12 * 60 * 60 * 1_000;
/** A one-time link can be used within this time, in ms. */
export const LINK_MS = 60 * 60 * 1_000;
/** A key may have so many at a time; one more ends the oldest. */
const EACH_KEY_MAX = 32;

/** A ticket stands for a key: 256 random bits, for a time, and nothing of the key is in it. */
export interface Ticket {
  readonly text: string;
  /** Of `Date.now()`. */
  readonly until: number;
}

interface Held {
  readonly key: string;
  readonly until: number;
}

/** Tickets that are out, in the order in which they were handed out. */
class Tickets {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly lastsMs: number,
    private readonly now: () => number,
  ) {}

  handOut(key: string): Ticket {
    this.forgetOld();
    const own = [...this.held].filter(([, held]) => held.key === key);
    for (const [text] of own.slice(0, Math.max(0, own.length + 1 - EACH_KEY_MAX)))
      this.held.delete(text);
    const text = randomBytes(32).toString('base64url');
    const until = this.now() + this.lastsMs;
    this.held.set(text, { key, until });
    return { text, until };
  }

  /** Null: none of ours, or its time is over. */
  find(text: string): Held | null {
    const held = this.held.get(text) ?? null;
    if (held === null || held.until > this.now()) return held;
    this.held.delete(text);
    return null;
  }

  end(text: string): void {
    this.held.delete(text);
  }

  private forgetOld(): void {
    for (const [text, { until }] of this.held) {
      if (until > this.now()) return;
      this.held.delete(text);
    }
  }
}

/**
 * Browsers that have signed in with a key, in the memory of one process. What a session may is asked of its key each time,
 * so that it ends with the key.
 */
export class Sessions {
  private readonly signedIn: Tickets;
  private readonly links: Tickets;

  constructor(now: () => number = Date.now) {
    this.signedIn = new Tickets(SESSION_MS, now);
    this.links = new Tickets(LINK_MS, now);
  }

  begin(key: string): Ticket {
    return this.signedIn.handOut(key);
  }

  /** The key that signed in, and when that is over. */
  find(text: string): Held | null {
    return this.signedIn.find(text);
  }

  end(text: string): void {
    this.signedIn.end(text);
  }

  /** A link that signs in whoever opens it first. */
  link(key: string): Ticket {
    return this.links.handOut(key);
  }

  /** The key that made the link; the second time there is none. */
  redeem(text: string): string | null {
    const key = this.links.find(text)?.key ?? null;
    this.links.end(text);
    return key;
  }
}
