/**
 * The outcome of `work`, or of `late` when `ms` pass first: a value, or what it throws. The work itself goes on, and
 * when it fails later nobody is told.
 */
export const within = async <Result>(
  ms: number,
  work: Promise<Result>,
  late: () => Result,
): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms), null);
  });
  work.catch(() => undefined);
  try {
    const first = await Promise.race([work.then((result) => ({ result })), limit]);
    return first === null ? late() : first.result;
  } finally {
    clearTimeout(timer);
  }
};
