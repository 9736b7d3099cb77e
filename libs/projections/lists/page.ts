import type { TProperties, TSchema } from '@sinclair/typebox';
import { boolean, list, orNull, text } from '../../answers/schema.js';
import { answer } from '../asking/seen.js';

/** Which part of a list is asked for. Things stand in it by their id, which never changes. */
export interface PageAsked {
  /** The id after which the page begins. Null: the first page. */
  readonly after: string | null;
  /** Things on the page, at most. */
  readonly limit: number;
}

/** Things of a list, and where it goes on: null where it ends. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly hasMore: boolean;
  readonly next: string | null;
}

/** The answer of a list: a page of these, what else it tells, and what it has seen. */
export const pageAnswer = <S extends TSchema, More extends TProperties = Record<never, never>>(
  name: string,
  item: S,
  more: More = {} as More,
) =>
  answer(name, {
    data: list(item),
    ...more,
    hasMore: boolean(),
    next: orNull(
      text(),
      'Send it as `cursor`, with the same filters. Null: this is the last page.',
    ),
  });

/** The things after `after`, in the order of their ids. `next` is the id of the last one on the page. */
export const pageOf = <Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  { after, limit }: PageAsked,
): Page<Item> => {
  const left = items
    .filter((item) => after === null || idOf(item) > after)
    .sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1));
  const data = left.slice(0, limit);
  const last = data.at(-1);
  const hasMore = left.length > limit;
  return { data, hasMore, next: hasMore && last !== undefined ? idOf(last) : null };
};
