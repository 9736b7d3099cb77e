import { digestOf } from '../../../libs/contract/json/digest.js';
import { Problem } from '../../../libs/contract/problem.js';

/** A list and its filters, without the cursor and the size of the page: what may not change from page to page. */
export type Listed = Readonly<Record<string, unknown>> & { readonly list: string };

/** Its version, the digest of its list, and the last thing of the page before. */
export const PAGE_CURSOR = /^l1\.([0-9a-f]{16})\.([A-Za-z0-9][A-Za-z0-9._:,-]{0,1500})$/;

/** Opaque to clients: they send back what they got. */
export const pageCursor = (listed: Listed, last: string): string =>
  `l1.${digestIn(listed)}.${last}`;

/**
 * The last thing of the page before; null: there is none.
 * @throws Problem 400 `cursor-malformed`, `cursor-of-other-list`: going on with other filters would leave things out.
 */
export const lastOfPage = (listed: Listed, cursor: string | undefined): string | null => {
  if (cursor === undefined) return null;
  const [, digest, last] = PAGE_CURSOR.exec(cursor) ?? [];
  if (last === undefined)
    throw new Problem(400, 'cursor-malformed', 'send a cursor that you got as `next`');
  if (digest !== digestIn(listed))
    throw new Problem(
      400,
      'cursor-of-other-list',
      'send a cursor with the path and the filters with which you got it',
    );
  return last;
};

const digestIn = (listed: Listed): string => digestOf(listed).slice(0, 16);
