import { useEffect, useState } from 'react';

/** The time, of `Date.now()`, told every second. */
export const useClock = (): number => {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
};
