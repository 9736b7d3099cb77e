import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answerOf, get, session } from '../api/client.js';
import type { Concentration, Signed } from '../api/types.js';
import { dayAfter } from '../format/words.js';
import type { Moment } from './address.js';

/** Answers that are asked anew when a view has moved. */
export const VIEW = 'view';

/** What is shown stays, greyed, while the next answer is on its way or refused. */
const view = <Answer>(name: string, asked: object, ask: () => Promise<Answer>) =>
  queryOptions({ queryKey: [VIEW, name, asked], queryFn: ask, placeholderData: keepPreviousData });

export const signedIn = () =>
  queryOptions({
    queryKey: ['session'],
    queryFn: () => session<Signed>('GET'),
    retry: false,
    refetchInterval: 60_000,
  });

/** Commitments of which a page takes in no more: the first thousand by risk, of which one can look at none. */
const COMMITMENTS_MAX = 1_000;

export const portfolio = (moment: Moment) =>
  view('portfolio', moment, () =>
    answerOf(get('/v1/portfolio', { params: { query: { ...moment, limit: COMMITMENTS_MAX } } })),
  );

/** The same moment, a week earlier in business. */
export const weekBefore = (moment: Moment): Moment => ({
  ...moment,
  asOf: dayAfter(moment.asOf ?? new Date().toISOString().slice(0, 10), -7),
});

/** What is shared out among vendors, and of whom; by itself the spend of all customers. */
export interface SharedOut {
  readonly base?: Concentration['base'];
  readonly customerId?: string;
}

export const concentration = (moment: Moment, of: SharedOut = {}) =>
  view('concentration', { ...moment, ...of }, () =>
    answerOf(get('/v1/vendors/concentration', { params: { query: { ...moment, ...of } } })),
  );

export const obligations = (moment: Moment) =>
  view('obligations', moment, () =>
    answerOf(get('/v1/obligations', { params: { query: { ...moment, limit: COMMITMENTS_MAX } } })),
  );

export const burnDown = (id: string, asked: Moment & { readonly to?: string }) =>
  view('burn-down', { id, ...asked }, () =>
    answerOf(get('/v1/commitments/{id}/burn-down', { params: { path: { id }, query: asked } })),
  );

export const forecast = (id: string, moment: Moment) =>
  view('forecast', { id, ...moment }, () =>
    answerOf(get('/v1/commitments/{id}/forecast', { params: { path: { id }, query: moment } })),
  );

export const periods = (id: string, moment: Moment) =>
  view('periods', { id, ...moment }, () =>
    answerOf(get('/v1/commitments/{id}/periods', { params: { path: { id }, query: moment } })),
  );

/** A figure by its view and name, and what it is of, as `/v1/explain` takes it: `view=burn-down&figure=applied&…`. */
export type Why = string;

/** A page of what made a figure; the moment is that of the page unless the figure brings its own. */
export const explanation = (why: Why, moment: Moment, cursor: string | null = null) => {
  const asked = { ...moment, ...Object.fromEntries(new URLSearchParams(why)) };
  const query = cursor === null ? asked : { ...asked, cursor };
  // An address may ask for anything: what the api does not know it refuses.
  return answerOf(get('/v1/explain', { params: { query: query as never } }));
};

/** What moved a commitment's use in the last days, by the day on which it counts. */
export const latest = (id: string, moment: Moment, asOf: string) =>
  view('latest', { id, ...moment, asOf }, () =>
    explanation(
      new URLSearchParams({
        ...{ view: 'burn-down', figure: 'applied', commitmentId: id },
        ...{ from: dayAfter(asOf, -13), to: asOf, limit: '1000' },
      }).toString(),
      moment,
    ),
  );

/** An entry never changes. */
export const entry = (shard: string, position: string) =>
  queryOptions({
    queryKey: ['entry', shard, position],
    queryFn: () =>
      answerOf(
        get('/v1/ledger/events/{shard}/{position}', {
          params: { path: { shard: shard as never, position: position as never } },
        }),
      ),
    staleTime: Infinity,
  });
