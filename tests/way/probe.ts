// Loaded by `--import` into the server that is measured: V8's own counts of calls, asked for from inside the process,
// because only there the moment is known at which an answer has left.
import { channel } from 'node:diagnostics_channel';
import { Session, type Debugger, type Profiler } from 'node:inspector';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A function of our own that was called. */
export interface Called {
  /** Path below `dist`, such as `libs/ledger/entry.js`. */
  readonly file: string;
  readonly scriptId: string;
  /** Offset of the function in its script, with which it is known again. */
  readonly start: number;
  readonly calls: number;
  /** Stretches of the script, by offset, that are its own: without the functions in it, which count for themselves. */
  readonly own: readonly (readonly [from: number, to: number])[];
}

/** What the measuring process asks for; each is answered by a list of calls, `answered` as well unasked. */
export type Asked =
  | { readonly ask: 'count' | 'reset' | 'taken' | 'order' }
  | { readonly ask: 'trace'; readonly functions: readonly Called[] };
export interface Told {
  readonly told: Asked['ask'] | 'answered';
  readonly called: readonly Called[];
}

const DIST = pathToFileURL(
  join(dirname(fileURLToPath(import.meta.url)), '..', '..', '/'),
).href.replace(/\/*$/, '/');
const OURS = /^(apps|libs|infra)\//;

const session = new Session();
session.connect();

/** Counts since the last time it was asked, without what modules do when they are loaded. */
const take = (): Promise<readonly Called[]> =>
  new Promise((resolve, reject) => {
    session.post('Profiler.takePreciseCoverage', (error, coverage) => {
      if (error !== null) return reject(error);
      resolve(
        coverage.result.flatMap(({ url, scriptId, functions }) => {
          const file = url.startsWith(DIST) ? url.slice(DIST.length) : '';
          if (!OURS.test(file)) return [];
          const ranges = functions.flatMap(({ ranges: [range] }) => range ?? []);
          return ranges
            .filter(({ count, startOffset }) => count > 0 && startOffset > 0)
            .map((range) => ({
              ...{ file, scriptId, start: range.startOffset, calls: range.count },
              own: ownOf(range, ranges),
            }));
        }),
      );
    });
  });

/** What of a function lies in none of the functions within it. */
const ownOf = (
  whole: Profiler.CoverageRange,
  ranges: readonly Profiler.CoverageRange[],
): Called['own'] => {
  const within = ranges
    .filter((each) => each !== whole)
    .filter((each) => each.startOffset >= whole.startOffset && each.endOffset <= whole.endOffset)
    .sort((left, right) => left.startOffset - right.startOffset);
  const own: [number, number][] = [];
  let from = whole.startOffset;
  for (const { startOffset, endOffset } of within) {
    if (startOffset > from) own.push([from, startOffset]);
    from = Math.max(from, endOffset);
  }
  return from < whole.endOffset ? [...own, [from, whole.endOffset]] : own;
};

const post = <Result>(method: string, params: object): Promise<Result> =>
  new Promise((resolve, reject) => {
    session.post(method, params, (error, result) =>
      error === null ? resolve(result as Result) : reject(error),
    );
  });

/** Functions of our own in the order of their first calls; a breakpoint whose condition is never true fills it. */
const seen = new Map<number, Called>();
const TRACE = Symbol.for('commitment-ledger.way');

/** A count has no order, so each function that is to be put in order gets a condition that remembers it. */
const trace = async (functions: readonly Called[]): Promise<void> => {
  Object.assign(globalThis, {
    [TRACE]: (index: number) => {
      const called = functions[index];
      if (called !== undefined && !seen.has(index)) seen.set(index, called);
      return false;
    },
  });
  await post('Debugger.enable', {});
  for (const [index, { scriptId, start }] of functions.entries()) {
    const { scriptSource } = await post<{ scriptSource: string }>('Debugger.getScriptSource', {
      scriptId,
    });
    const before = scriptSource.slice(0, start).split('\n');
    const { locations } = await post<{ locations: Debugger.BreakLocation[] }>(
      'Debugger.getPossibleBreakpoints',
      {
        start: {
          scriptId,
          lineNumber: before.length - 1,
          columnNumber: before.at(-1)?.length ?? 0,
        },
        restrictToFunction: true,
      },
    );
    const condition = `globalThis[Symbol.for('commitment-ledger.way')](${index})`;
    // Two functions can begin at one place (a constructor and its class); the first of them stands for both.
    await post('Debugger.setBreakpoint', { location: locations[0], condition }).catch(
      () => undefined,
    );
  }
};

const send = (told: Told['told'], called: readonly Called[] = []): void => {
  process.send?.({ told, called } satisfies Told);
};

let counting = false;
// What is still done for the request when its answer has left (a line of the log, a count) belongs to it.
channel('http.server.response.finish').subscribe(() => {
  if (counting) setImmediate(() => void take().then((called) => send('answered', called)));
});

process.on('message', (asked: Asked) => {
  void (async () => {
    switch (asked.ask) {
      case 'count':
        await post('Profiler.enable', {});
        await post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
        counting = true;
        return send('count');
      case 'reset':
        await take();
        seen.clear();
        return send('reset');
      case 'taken':
        return send('taken', await take());
      case 'trace':
        await trace(asked.functions);
        return send('trace');
      case 'order':
        return send('order', [...seen.values()]);
    }
  })();
});
// It is the server that keeps the process alive, not the line to whoever measures it.
process.channel?.unref();
