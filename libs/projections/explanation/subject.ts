import type { Asked } from '../asking/question.js';
import type { RowsOf, Wanted } from '../asking/rows-wanted.js';
import type { Projection } from '../engine/projection.js';
import type { Explained } from './explained.js';

/** What a figure is of: the rows that its view reads, and how the figure follows from them. */
export interface Subject {
  readonly reads: readonly Projection[];
  readonly wantedOf: (asked: Asked) => Wanted;
  /** The agreement whose shard holds all of it. Null: it is of several. */
  readonly root: string | null;
  /** Null: it is not there, as of then and as known then. @throws QueryRefused `figure-unknown`, `figure-of-what` */
  readonly explain: (rows: RowsOf<Wanted>, asked: Asked) => Explained | null;
}

/** The same with the rows' own types. */
export const subject = <W extends Wanted>(
  of: Omit<Subject, 'wantedOf' | 'explain'> & {
    readonly wantedOf: (asked: Asked) => W;
    readonly explain: (rows: RowsOf<W>, asked: Asked) => Explained | null;
  },
): Subject => of as unknown as Subject;
