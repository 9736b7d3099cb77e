import type { MeasuredServer } from './measured-server.js';
import type { Called } from './probe.js';

/** One stretch of the way: the functions that were called on it. */
export interface Station {
  readonly name: string;
  readonly called: readonly Called[];
}

const NAMES = [
  'from the socket to the answer of POST /v1/usage-events',
  'until it is projected',
  'the answer of GET …/burn-down',
];
const WARM_UP = 30;
const ROUNDS = 9;

/** The way of one event, told by `answered` and `projected`: what the probe saw when the answer left, and at the end. */
const round = async (
  server: MeasuredServer,
  seen: { readonly answered: () => Promise<readonly Called[]>; readonly rest: 'taken' | 'order' },
): Promise<readonly (readonly Called[])[]> => {
  await server.ask({ ask: 'reset' });
  let answered = seen.answered();
  const position = await server.postUsage();
  const untilAnswer = await answered;
  await server.projected(position);
  const untilProjected = await server.ask({ ask: seen.rest });
  await server.ask({ ask: 'reset' });
  answered = seen.answered();
  await server.getBurnDown();
  return [untilAnswer, untilProjected, await answered];
};

const callsOf = (called: readonly Called[]): number =>
  called.reduce((sum, { calls }) => sum + calls, 0);

/** Of the rounds the one with fewest calls: what timers did in the others is not the way of an event. */
const quietest = (rounds: readonly (readonly Called[])[]): readonly Called[] =>
  [...rounds].sort((one, other) => callsOf(one) - callsOf(other))[0] ?? [];

/** Measures a server that is warm, and in which nothing else is asked. */
export const measureStations = async (server: MeasuredServer): Promise<readonly Station[]> => {
  for (let index = 0; index < WARM_UP; index += 1) {
    await server.projected(await server.postUsage());
    await server.getBurnDown();
  }
  await server.ask({ ask: 'count' });
  const rounds: (readonly (readonly Called[])[])[] = [];
  for (let index = 0; index < ROUNDS; index += 1)
    rounds.push(await round(server, { answered: () => server.told('answered'), rest: 'taken' }));
  return NAMES.map((name, station) => ({
    name,
    called: quietest(rounds.map((each) => each[station] ?? [])),
  }));
};

/** The same functions in the order in which they are first called. */
export const inOrder = async (
  server: MeasuredServer,
  stations: readonly Station[],
): Promise<readonly Station[]> => {
  const all = new Map(
    stations.flatMap(({ called }) => called.map((each) => [identity(each), each] as const)),
  );
  await server.ask({ ask: 'trace', functions: [...all.values()] });
  const order = await round(server, {
    answered: () => server.told('answered').then(() => server.ask({ ask: 'order' })),
    rest: 'order',
  });
  return stations.map((station, index) => {
    const places = new Map(order[index]?.map((each, place) => [identity(each), place]));
    const place = (each: Called): number => places.get(identity(each)) ?? Infinity;
    // Infinity - Infinity is not a number: what was not seen in this round stays where it is, at the end.
    const called = [...station.called].sort((one, other) =>
      place(one) === place(other) ? 0 : place(one) - place(other),
    );
    return { ...station, called };
  });
};

const identity = ({ scriptId, start }: Called): string => `${scriptId}:${start}`;
