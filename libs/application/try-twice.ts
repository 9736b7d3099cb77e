import { isDatabaseFault } from './database-fault.js';

/**
 * What became of each item. What failed is tried once more, all of it together: what the ledger met may have passed. Still
 * rejected is what it fails on; a database that fails is no item's fault and is thrown.
 */
export const tryTwice = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly PromiseSettledResult<Result>[]> => {
  const first = await settle(items, work);
  const failed = items.filter((_, index) => first[index]?.status === 'rejected');
  if (failed.length === 0) return first;
  const again = (await settle(failed, work)).values();
  return first.map((one) => (one.status === 'fulfilled' ? one : (again.next().value ?? one)));
};

const settle = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly PromiseSettledResult<Result>[]> => {
  const settled = await Promise.allSettled(items.map(work));
  for (const one of settled)
    if (one.status === 'rejected' && isDatabaseFault(one.reason)) throw one.reason;
  return settled;
};
