import type { ChargeAttribute } from '../../domain/commitment/terms/terms.js';
import type { ChargeRow } from './charge-row.js';

/** The agreement of a row, or why there is none. */
export type Mapped =
  | { readonly agreement: string }
  | {
      readonly code: 'agreement-not-mapped' | 'agreement-ambiguous';
      readonly column: 'ProviderName';
      readonly value: string;
      readonly message: string;
    };

export type AgreementMap = (row: Pick<ChargeRow, 'attributes'>) => Mapped;

export const allTo =
  (agreement: string): AgreementMap =>
  () => ({ agreement });

const MATCHABLE = {
  provider: 'vendor',
  publisher: 'publisher',
  billingAccount: 'account',
  subAccount: 'subAccount',
  region: 'region',
  serviceCategory: 'serviceCategory',
  service: 'service',
} as const satisfies Readonly<Record<string, ChargeAttribute>>;
export type MatchName = keyof typeof MATCHABLE;

export interface MapRule {
  /** All named facts must hold one of the values, compared exactly. An empty match takes every row. */
  readonly match: Readonly<Partial<Record<MatchName, readonly string[]>>>;
  readonly agreement: string;
}

export class MapFileRefused extends Error {}

const isMatchName = (name: string): name is MatchName => Object.hasOwn(MATCHABLE, name);

const matchOf = (value: unknown, where: string): MapRule['match'] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MapFileRefused(`${where}.match must be an object`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, wanted]) => {
      if (!isMatchName(name)) {
        throw new MapFileRefused(
          `${where}.match.${name}: must be one of ${Object.keys(MATCHABLE).join(', ')}`,
        );
      }
      const values: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
      if (values.length === 0 || !values.every((one) => typeof one === 'string')) {
        throw new MapFileRefused(`${where}.match.${name} must be a text or a list of texts`);
      }
      return [name, values];
    }),
  );
};

/** A map file: `[{"match": {"provider": "AWS"}, "agreement": "amazon-anthropic"}, …]`, first match wins. */
export const parseMapFile = (content: unknown): readonly MapRule[] => {
  if (!Array.isArray(content)) throw new MapFileRefused('the file must be a list of rules');
  return content.map((rule: unknown, index) => {
    const where = `rule ${index + 1}`;
    if (typeof rule !== 'object' || rule === null)
      throw new MapFileRefused(`${where} must be an object`);
    const { match, agreement, ...rest } = rule as Record<string, unknown>;
    const unknown = Object.keys(rest)[0];
    if (unknown !== undefined) throw new MapFileRefused(`${where}.${unknown} is not known`);
    if (typeof agreement !== 'string')
      throw new MapFileRefused(`${where}.agreement must be a text`);
    return { match: matchOf(match, where), agreement };
  });
};

export const byRules =
  (rules: readonly MapRule[]): AgreementMap =>
  ({ attributes }) => {
    const rule = rules.find(({ match }) =>
      Object.entries(match).every(([name, values]) =>
        values.includes(attributes[MATCHABLE[name as MatchName]] ?? ''),
      ),
    );
    return rule
      ? { agreement: rule.agreement }
      : notMapped(attributes.vendor, 'no rule of the map file takes it');
  };

/** An agreement that charges can be put on, with the names under which its vendor may appear in a file. */
export interface MappableAgreement {
  readonly agreement: string;
  readonly vendorNames: readonly string[];
}

/** What a provider calls itself in bills, beside its company's name. */
const ALSO_KNOWN_AS: readonly (readonly string[])[] = [
  ['amazon', 'aws', 'amazonwebservices'],
  ['microsoft', 'azure', 'microsoftazure'],
  ['google', 'googlecloud', 'gcp', 'googlecloudplatform', 'alphabet'],
  ['oracle', 'oci', 'oraclecloud', 'oraclecloudinfrastructure'],
];

const LEGAL_FORM =
  /\b(inc|incorporated|llc|ltd|limited|corp|corporation|co|company|gmbh|ag|sa|sarl|sas|plc|bv)\b/g;

const plain = (name: string): string => {
  const letters = name
    .toLowerCase()
    .replace(/[.,]/g, ' ')
    .replace(LEGAL_FORM, '')
    .replace(/[^a-z0-9]/g, '');
  return ALSO_KNOWN_AS.find((names) => names.includes(letters))?.[0] ?? letters;
};

/** Agreements by the provider's name, where exactly one is with that vendor. */
export const byVendors = (agreements: readonly MappableAgreement[]): AgreementMap => {
  const known = new Map<string, Set<string>>();
  for (const { agreement, vendorNames } of agreements) {
    for (const name of vendorNames) {
      const at = known.get(plain(name)) ?? new Set();
      known.set(plain(name), at.add(agreement));
    }
  }
  return ({ attributes }) => {
    const vendor = attributes.vendor;
    const [first, ...others] = known.get(plain(vendor ?? '')) ?? [];
    if (first === undefined) return notMapped(vendor, 'no agreement is with this vendor');
    if (others.length === 0) return { agreement: first };
    return {
      code: 'agreement-ambiguous',
      column: 'ProviderName',
      value: vendor ?? '',
      message: `several agreements are with this vendor (${[first, ...others].join(', ')}): choose with --agreement or --map`,
    };
  };
};

const notMapped = (vendor: string | undefined, why: string): Mapped => ({
  code: 'agreement-not-mapped',
  column: 'ProviderName',
  value: vendor ?? '',
  message: `${why}: choose with --agreement or --map`,
});
