import { useLocation, useSearch } from 'wouter';

/** What is shown stands in the address, so that a link of it shows the same to somebody else. */
export type Parameter = 'asOf' | 'knownAt' | 'why' | 'entry' | 'base' | 'customerId';
type Parameters = Readonly<Partial<Record<Parameter, string | null>>>;

/** The moment goes with every link; what lies open over a page does not. */
const KEPT: readonly Parameter[] = ['asOf', 'knownAt'];

const written = (search: URLSearchParams): string => {
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
};

/** The address of a page, at the moment that is looked at now. */
export const useHref = (): ((path: string) => string) => {
  const search = new URLSearchParams(useSearch());
  for (const name of [...search.keys()]) if (!KEPT.includes(name as Parameter)) search.delete(name);
  return (path) => `${path}${written(search)}`;
};

/** A part of the address. */
export const useParameter = (name: Parameter): string | null =>
  new URLSearchParams(useSearch()).get(name);

/** Changes parts of the address, and leaves the page as it is; null takes a part away. */
export const useSetParameters = (): ((parameters: Parameters) => void) => {
  const [path, navigate] = useLocation();
  const search = useSearch();
  return (parameters) => {
    const changed = new URLSearchParams(search);
    for (const [name, value] of Object.entries(parameters))
      if (value === null || value === undefined || value === '') changed.delete(name);
      else changed.set(name, value);
    navigate(`${path}${written(changed)}`);
  };
};

/** The two times of every question: as of a day of business, as known at an instant of recording. Absent: now. */
export interface Moment {
  readonly asOf?: string;
  readonly knownAt?: string;
}

export const useMoment = (): Moment => {
  const search = new URLSearchParams(useSearch());
  const [asOf, knownAt] = [search.get('asOf'), search.get('knownAt')];
  return { ...(asOf === null ? {} : { asOf }), ...(knownAt === null ? {} : { knownAt }) };
};

export const isNow = ({ asOf, knownAt }: Moment): boolean =>
  asOf === undefined && knownAt === undefined;
