import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Concentration, Standing } from '../api/types.js';
import { spoken } from '../format/words.js';
import { useMoment, useParameter } from '../state/address.js';
import { portfolio } from '../state/questions.js';
import { BASES } from './words.js';

export interface Asked {
  readonly base: Concentration['base'];
  readonly customerId: string | null;
}

/** What the address asks for. A base that there is not is the spend. */
export const useAsked = (): Asked => {
  const base = useParameter('base');
  const customerId = useParameter('customerId');
  return { base: BASES.find(([each]) => each === base)?.[0] ?? 'spend', customerId };
};

interface Names {
  readonly vendor: (id: string) => string;
  /** Of whom there are commitments, by their names. */
  readonly customers: readonly (readonly [id: string, name: string])[];
}

/** The names of parties, of those that the commitments of the portfolio are between. */
export const useNames = (): Names => {
  const { data } = useQuery(portfolio(useMoment()));
  return useMemo(() => namesIn(data?.data ?? []), [data]);
};

const namesIn = (standings: readonly Standing[]): Names => {
  const of = (party: 'vendor' | 'customer') =>
    new Map(
      standings.map(
        ({ [party]: { partyId, name } }) => [partyId, name ?? spoken(partyId)] as const,
      ),
    );
  const vendors = of('vendor');
  return {
    vendor: (id) => vendors.get(id) ?? spoken(id),
    customers: [...of('customer')].sort(([, one], [, other]) => one.localeCompare(other)),
  };
};
