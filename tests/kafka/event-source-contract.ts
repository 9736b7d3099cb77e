import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { CommitPoint } from '../../libs/projections/engine/commit-chunk.js';
import { eventually } from '../support/eventually.js';
import type { Relaying } from './relaying.js';

export interface Followed {
  readonly relaying: Relaying;
  /** Starts a projector over the source. */
  follow(options?: {
    readonly limit?: number;
    readonly at?: (point: CommitPoint) => void;
  }): Promise<{ close(): Promise<void> }>;
}

const FAULT_POINTS: readonly CommitPoint[] = [
  'after-fold',
  'after-checkpoint',
  'after-upsert',
  'after-commit',
];

/** What every source of events has to keep: the views hold the same bytes as a fold of the ledger from zero. */
export const eventSourceContract = (open: () => Promise<Followed>): void => {
  let followed: Followed;
  let relaying: Relaying;
  let deals: readonly string[];
  beforeEach(async () => {
    followed = await open();
    relaying = followed.relaying;
    await relaying.portfolio();
    deals = await relaying.deals();
  });
  afterEach(() => relaying.close());

  const projected = () => eventually(async () => expect(await relaying.projected()).toBe(true));
  const expectFromZero = async () => {
    await projected();
    const contents = await relaying.contents();
    expect(contents).toMatch(new RegExp(deals[0]!));
    expect(contents).toBe(await relaying.fromZero());
  };

  it('fills the views as the ledger does', async () => {
    await relaying.use(deals[0]!, 300);
    await followed.follow({ limit: 70 });
    await projected();
    await relaying.use(deals[1]!, 20);
    await expectFromZero();
  });

  it('goes on where it was, however often it is stopped in mid-stream', async () => {
    for (let round = 0; round < 4; round += 1) {
      const projector = await followed.follow({ limit: 13 });
      await relaying.use(deals[round % deals.length]!, 40);
      await new Promise((resolve) => setTimeout(resolve, round * 150));
      await projector.close();
    }
    await followed.follow();
    await expectFromZero();
  });

  it('is followed by two at once', async () => {
    await Promise.all([followed.follow({ limit: 7 }), followed.follow({ limit: 11 })]);
    for (const deal of deals) await relaying.use(deal, 100);
    await expectFromZero();
  });

  it.each(FAULT_POINTS)('loses nothing to failures %s', async (point) => {
    let left = 5;
    const at = (reached: CommitPoint): void => {
      if (reached === point && left > 0 && (left -= 1) % 2 === 0) throw new Error('failed');
    };
    await followed.follow({ limit: 25, at });
    for (const deal of deals) await relaying.use(deal, 30);
    await expectFromZero();
    expect(left).toBe(0);
  });
};
