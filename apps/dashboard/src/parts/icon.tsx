const PATHS = {
  portfolio: 'M4 5h16M4 12h10M4 19h6',
  obligations: 'M4 4v16h16M8 8h11M8 12h7M8 16h4',
  concentration: 'M12 3v9l6.5 6.2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
  high: 'M12 3 2.5 20h19L12 3Zm0 7v5m0 2.5v.5',
  medium: 'M12 7v6m0 3v.5M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
  low: 'm5 12.5 4.5 4.5L19 7.5',
  none: 'M4 12.5 8.5 17 16 8.5M12.5 17 21 8.5',
  unknown: 'M9 9a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 2.2m0 3v.5M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
  close: 'M6 6l12 12M18 6 6 18',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm0-6v3m0 14v3M2 12h3m14 0h3M5 5l2 2m10 10 2 2M5 19l2-2M17 7l2-2',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  out: 'M14 4h5v16h-5M4 12h10m-4-4 4 4-4 4',
  clock: 'M12 7v5l3.5 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
  docs: 'M6 3h8l4 4v14H6V3Zm8 0v4h4M9 12h6m-6 4h6',
} as const;

/** A picture beside words, never instead of them. */
export const Icon = ({ name }: { readonly name: keyof typeof PATHS }) => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={PATHS[name]} />
  </svg>
);
