import type { ChargeAttribute, CommitmentTerms } from '../../libs/domain/commitment/terms/terms.js';

/**
 * What a fresh book would say that had been told exactly the facts that were effective by a day and recorded by then.
 * Written from the rules alone (those of `libs/domain/README.md`): it keeps nothing from one question to the next and
 * shares no code with the domain.
 * Left out: stackable commitments, and amendments that change the order of commitments. Fractions must stay exact.
 */

export type Attributes = Readonly<Partial<Record<ChargeAttribute, string>>>;

/** In the order in which they were recorded. Amounts are decimal text, instants UTC text with six decimals. */
export type Fact =
  | {
      readonly fact: 'pledge' | 'amendment';
      readonly commitment: string;
      readonly at: string;
      readonly terms: CommitmentTerms;
    }
  | {
      readonly fact: 'termination';
      readonly commitment: string;
      readonly at: string;
      readonly obligation: 'released' | 'survives';
    }
  | {
      readonly fact: 'usage';
      readonly id: string;
      readonly at: string;
      /** Below zero: a refund. */
      readonly amount: string;
      readonly category: CommitmentTerms['countedCategories'][number];
      readonly attributes: Attributes;
    }
  | {
      readonly fact: 'reversal';
      readonly of: string;
      readonly at: string;
      /** In the sign of what it takes back. */
      readonly amount: string;
    };

export interface PeriodAnswer {
  applied: bigint;
  overage: bigint;
  ineligible: bigint;
  rolledIn: bigint;
  rolledOut: bigint;
  shortfall: bigint;
}

export interface CommitmentAnswer {
  readonly applied: bigint;
  readonly overage: bigint;
  readonly ineligible: bigint;
  /** What was given back beyond all usage it can come off: part of `overage`, zero or less. */
  readonly netCredit: bigint;
  readonly remaining: bigint;
  readonly periods: readonly PeriodAnswer[];
}

/** What happened while the book was asked, so that a test can say that limits were met. */
export interface Seen {
  capCut: boolean;
  limitCut: boolean;
  secondTier: boolean;
  gaveBack: Set<'capped' | 'overage' | 'own period' | 'earlier period' | 'net credit'>;
  laterEra: boolean;
  /** Amended terms (their cap) cut something where earlier terms had applied something. */
  earlierEraBinds: boolean;
  earlierEraCaps: boolean;
  rolled: boolean;
  withdrawn: boolean;
}

const ONE = 10n ** 12n;

/** Decimal text as a whole number of 10^-12. */
export const units = (text: string): bigint => {
  const [whole, decimals = ''] = text.replace('-', '').split('.');
  const size = BigInt(whole + decimals.padEnd(12, '0'));
  return text.startsWith('-') ? -size : size;
};

const min = (a: bigint, b: bigint) => (a < b ? a : b);
const max = (a: bigint, b: bigint) => (a > b ? a : b);
const sum = (all: readonly bigint[]) => all.reduce((a, b) => a + b, 0n);
const times = (a: bigint, fraction: bigint) => (a * fraction) / ONE;

/** Terms that hold from an instant until the next statement about the same commitment. */
interface Statement {
  readonly from: string;
  readonly terms: CommitmentTerms;
}

interface Commitment {
  readonly id: string;
  readonly statements: readonly Statement[];
  readonly termination: { readonly at: string; readonly obligation: string } | null;
}

/** Usage (or a refund) with what was reversed of it already taken off. */
interface Charge {
  readonly at: string;
  readonly category: string;
  readonly attributes: Attributes;
  readonly amount: bigint;
}

/** Where a charge falls in one commitment that may take it. */
interface Place {
  readonly commitment: Commitment;
  readonly era: number;
  readonly terms: CommitmentTerms;
  readonly period: number;
  readonly fraction: bigint;
  readonly class: string;
}

/** Charges that fall in the same places, all of them usage or all of them refunds: nothing can tell them apart. */
interface Lot {
  /** The places that count anything of it, by turn. */
  readonly route: readonly Place[];
  readonly key: string;
  readonly amount: bigint;
}

/** What one commitment does with one lot of usage. */
interface Portion {
  readonly lot: Lot;
  readonly place: Place;
  readonly offered: bigint;
  readonly eligible: bigint;
  /** Of what is eligible. */
  cutByCap: bigint;
  cutByLimit: bigint;
  /** Overage and what is ineligible is only said by the last commitment that may take the lot. */
  readonly last: boolean;
}

const applied = (portion: Portion) => portion.eligible - portion.cutByCap - portion.cutByLimit;

// --- The facts of a question -----------------------------------------------------------------------------------------

const commitmentsOf = (facts: readonly Fact[], until: string): Commitment[] => {
  const commitments: Commitment[] = [];
  for (const pledge of facts) {
    if (pledge.fact !== 'pledge') continue;
    const from = pledge.at < pledge.terms.startsAt ? pledge.at : pledge.terms.startsAt;
    const statements = [{ from, said: '', terms: pledge.terms }];
    let termination: Commitment['termination'] = null;
    for (const other of facts) {
      if (other.fact === 'amendment' && other.commitment === pledge.commitment) {
        const holds = other.at < from ? from : other.at;
        statements.push({ from: holds, said: other.at, terms: other.terms });
      }
      if (other.fact === 'termination' && other.commitment === pledge.commitment) {
        if (other.at <= until) termination = other;
      }
    }
    // Of those that hold from one instant only the one dated last leaves anything, or the one recorded last. (Sorting
    // keeps the order of recording.)
    const held = statements
      .filter((each) => each.from <= until)
      .sort((a, b) => (a.said < b.said ? -1 : a.said > b.said ? 1 : 0))
      .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
      .filter((each, at, all) => all[at + 1]?.from !== each.from)
      // What would hold only after the end never does.
      .filter((each, at) => at === 0 || termination === null || each.from < termination.at);
    if (held.length > 0) {
      commitments.push({ id: pledge.commitment, statements: held, termination });
    }
  }
  return commitments;
};

const chargesOf = (facts: readonly Fact[], until: string): Charge[] =>
  facts.flatMap((fact) => {
    if (fact.fact !== 'usage' || fact.at > until) return [];
    const reversed = facts.flatMap((other) =>
      other.fact === 'reversal' && other.of === fact.id && other.at <= until
        ? [units(other.amount)]
        : [],
    );
    const amount = units(fact.amount) - sum(reversed);
    return amount === 0n ? [] : [{ ...fact, amount }];
  });

// --- Where a charge falls ----------------------------------------------------------------------------------------------

const eraAt = ({ statements }: Commitment, at: string): number => {
  let found = -1;
  statements.forEach(({ from }, era) => {
    if (from <= at) found = era;
  });
  return found;
};

const isWithin = (at: string, start: string | null, end: string | null) =>
  (start === null || start <= at) && (end === null || at < end);

const eligibilityOf = (charge: Charge, terms: CommitmentTerms) => {
  if (!terms.countedCategories.some((counted) => counted === charge.category)) {
    return { fraction: 0n, class: '' };
  }
  for (const rule of terms.eligibility) {
    const matches = Object.entries(rule.match.attributes).every(([name, values]) =>
      values.includes(charge.attributes[name as ChargeAttribute] ?? ''),
    );
    if (!matches || !isWithin(charge.at, rule.from, rule.until)) continue;
    return {
      fraction: rule.effect === 'exclude' ? 0n : units(rule.fraction),
      class: rule.class,
    };
  }
  return { fraction: ONE, class: '' };
};

/** The commitments whose term contains the charge, in order, terminated or not. */
const inTerm = (charge: Charge, commitments: readonly Commitment[]): Place[] =>
  commitments
    .flatMap((commitment) => {
      const era = eraAt(commitment, charge.at);
      if (era < 0) return [];
      const { terms } = commitment.statements[era]!;
      if (!isWithin(charge.at, terms.startsAt, terms.endsAt)) return [];
      const period = terms.schedule.periods.findIndex(({ start, end }) =>
        isWithin(charge.at, start, end),
      );
      return [{ commitment, era, terms, period, ...eligibilityOf(charge, terms) }];
    })
    .sort(byTurn);

const byTurn = (a: Place, b: Place): number => {
  if (a.terms.priority !== b.terms.priority) return a.terms.priority - b.terms.priority;
  const [endA, endB] = [a.terms.endsAt ?? '9999', b.terms.endsAt ?? '9999'];
  if (endA !== endB) return endA < endB ? -1 : 1;
  return a.commitment.id < b.commitment.id ? -1 : 1;
};

/** The commitments that a charge is offered to; none when all that would take it have ended before. */
const routeOf = (charge: Charge, commitments: readonly Commitment[]): Place[] =>
  inTerm(charge, commitments).filter(
    ({ commitment: { termination } }) => termination === null || charge.at < termination.at,
  );

const eligibleRoute = (charge: Charge, commitments: readonly Commitment[]): Place[] =>
  routeOf(charge, commitments).filter(({ fraction }) => fraction > 0n);

const lotsOf = (charges: readonly Charge[], commitments: readonly Commitment[]): Lot[] => {
  const lots = new Map<string, Lot>();
  for (const charge of charges) {
    const key = routeOf(charge, commitments)
      .map(
        (place) =>
          `${place.commitment.id} ${place.era} ${place.period} ${place.class} ${place.fraction}`,
      )
      .join('|');
    const amount = (lots.get(key)?.amount ?? 0n) + charge.amount;
    lots.set(key, { route: eligibleRoute(charge, commitments), key, amount });
  }
  return [...lots.values()];
};

// --- How usage is split ------------------------------------------------------------------------------------------------

/**
 * Which of two portions of a statement is cut first: of the later period, then of the last class. Of what differs only
 * on other commitments, or in its fraction, the rules do not say; the text of the places decides, as it must not be the
 * order of recording.
 */
const cutFirst = (a: Portion, b: Portion): number => {
  if (a.place.period !== b.place.period) return b.place.period - a.place.period;
  return backwards(a.place.class, b.place.class) || backwards(a.lot.key, b.lot.key);
};

const backwards = (a: string, b: string) => (a === b ? 0 : a < b ? 1 : -1);

const cut = (
  portions: readonly Portion[],
  amount: bigint,
  by: 'cutByCap' | 'cutByLimit',
): bigint => {
  let left = max(0n, amount);
  for (const portion of [...portions].sort(cutFirst)) {
    const part = min(left, applied(portion));
    portion[by] += part;
    left -= part;
  }
  return left;
};

const appliedOf = (portions: readonly Portion[]) => sum(portions.map(applied));

/** What each period needs, what comes into it and what goes out of it, when these amounts are applied. */
const needs = (
  terms: CommitmentTerms,
  appliedIn: (period: number) => bigint,
  rolls: (period: number) => boolean = () => true,
) => {
  const { periods, excessCarriesForward, rolloverFraction } = terms.schedule;
  const fraction = units(rolloverFraction ?? '0');
  let rolledIn = 0n;
  let credit = 0n;
  return periods.map((period, index) => {
    const minimum = units(period.minimum ?? '0');
    const need = minimum + rolledIn;
    const met = appliedIn(index) + credit;
    const isLast = index === periods.length - 1;
    const most = isLast || !rolls(index) ? 0n : times(minimum, fraction);
    const rolledOut = min(max(0n, minimum - met), most);
    const figures = { need, rolledIn, rolledOut, credit, missing: max(0n, need - met) };
    rolledIn = rolledOut;
    credit = excessCarriesForward ? max(0n, met - need) : 0n;
    return { ...figures, excess: credit };
  });
};

/** Cuts the portions of one statement, given all portions that earlier statements already settled. */
const settleEra = (
  terms: CommitmentTerms,
  portions: readonly Portion[],
  earlier: readonly Portion[],
): void => {
  const { mode, periods, excessCarriesForward } = terms.schedule;
  const total = units(terms.total.amount);
  const inPeriod = (all: readonly Portion[], period: number) =>
    all.filter((portion) => portion.place.period === period);
  const latestFirst = periods.map((_, index) => index).reverse();

  for (const cap of terms.caps) {
    const ofClass = (all: readonly Portion[]) =>
      all.filter((portion) => portion.place.class === cap.class);
    const [own, before] = [ofClass(portions), ofClass(earlier)];
    if (cap.of === 'period-minimum') {
      for (const index of latestFirst) {
        const minimum = units(periods[index]!.minimum ?? '0');
        const room = max(0n, times(minimum, units(cap.value)) - appliedOf(inPeriod(before, index)));
        cut(inPeriod(own, index), appliedOf(inPeriod(own, index)) - room, 'cutByCap');
      }
    } else {
      const most = cap.of === 'total' ? times(total, units(cap.value)) : units(cap.value);
      cut(own, appliedOf(own) - max(0n, most - appliedOf(before)), 'cutByCap');
    }
  }

  const appliedIn = (index: number) =>
    appliedOf(inPeriod(earlier, index)) + appliedOf(inPeriod(portions, index));
  const aboveTotal = () => appliedOf(earlier) + appliedOf(portions) - total;

  if (mode === 'sum-of-periods' && !excessCarriesForward) {
    for (const index of periods.keys()) {
      const { need } = needs(terms, appliedIn)[index]!;
      cut(inPeriod(portions, index), appliedIn(index) - need, 'cutByLimit');
    }
  }
  if (mode === 'sum-of-periods' && excessCarriesForward) {
    cut(portions, needs(terms, appliedIn).at(-1)!.excess, 'cutByLimit');
  }
  if (mode === 'period-minimums') {
    for (const index of latestFirst) {
      const beyond = appliedIn(index) - needs(terms, appliedIn)[index]!.need;
      cut(inPeriod(portions, index), min(beyond, aboveTotal()), 'cutByLimit');
    }
  }
  cut(portions, aboveTotal(), 'cutByLimit');
};

/** What every commitment does with usage, by turn. */
const split = (
  usage: readonly Lot[],
  commitments: readonly Commitment[],
  order: readonly string[],
): Portion[] => {
  const portions: Portion[] = [];
  for (const id of order) {
    const own: Portion[] = [];
    for (const lot of usage) {
      const place = lot.route.find(({ commitment }) => commitment.id === id);
      if (!place) continue;
      const taken = appliedOf(portions.filter((portion) => portion.lot === lot));
      const offered = lot.amount - taken;
      const eligible = times(offered, place.fraction);
      const last = place === lot.route.at(-1);
      own.push({ lot, place, offered, eligible, cutByCap: 0n, cutByLimit: 0n, last });
    }
    const { statements } = commitments.find((each) => each.id === id)!;
    for (const [era, { terms }] of statements.entries()) {
      const inEra = own.filter(({ place }) => place.era === era);
      const earlier = own.filter(({ place }) => place.era < era);
      settleEra(terms, inEra, earlier);
    }
    portions.push(...own);
  }
  return portions;
};

/** All commitments in the order of their turns. (No amendment changes it.) */
const orderOf = (commitments: readonly Commitment[]): string[] =>
  commitments
    .map((commitment) => ({ commitment, terms: commitment.statements[0]!.terms }) as Place)
    .sort(byTurn)
    .map(({ commitment }) => commitment.id);

// --- How refunds give back ---------------------------------------------------------------------------------------------

/** A lot of usage of which refunds take: gross, like the refunds. */
interface Source {
  readonly lot: Lot;
  readonly last: Place;
  /** Which commitments applied how much of it, gross. */
  readonly takers: readonly { readonly place: Place; readonly gross: bigint }[];
  usage: bigint;
  /** Of `usage`, what is overage and what a cap cut. */
  overage: bigint;
  capped: bigint;
}

/** By period, then by statement; the rules do not say more, but it must not be the order of recording. */
const byPeriod = (a: Place, keyA: string, b: Place, keyB: string): number =>
  a.period - b.period || a.era - b.era || -backwards(keyA, keyB);

/** Where the last commitment that counts the refund and applied some of the usage puts each. */
const sharedPlaces = (refund: Lot, { takers }: Source) => {
  for (const ours of [...refund.route].reverse()) {
    const theirs = takers.find(({ place }) => place.commitment === ours.commitment)?.place;
    if (theirs) return { ours, theirs };
  }
  return null;
};

/** What usage is left once all refunds took back what they may, and what of each refund is left over. */
const giveBack = (refunds: readonly Lot[], portions: readonly Portion[], seen: Seen) => {
  const sources = portions
    .filter(({ last }) => last)
    .map(({ lot, place, cutByCap, cutByLimit }): Source => {
      const gross = (part: bigint) => (part * ONE) / place.fraction;
      const [overage, capped] = [gross(cutByLimit), gross(cutByCap)];
      const takers = portions
        .filter((portion) => portion.lot === lot && applied(portion) > 0n)
        .map((portion) => ({
          place: portion.place,
          gross: (applied(portion) * ONE) / portion.place.fraction,
        }));
      return { lot, last: place, takers, usage: lot.amount, overage, capped };
    });
  const credits: { readonly refund: Lot; readonly left: bigint }[] = [];

  for (const refund of [...refunds].sort((a, b) =>
    byPeriod(a.route.at(-1)!, a.key, b.route.at(-1)!, b.key),
  )) {
    let left = -refund.amount;
    const take = (
      name: 'capped' | 'overage' | 'own period' | 'earlier period',
      from: readonly Source[],
      ...first: readonly ((source: Source) => number | boolean)[]
    ) => {
      const ranked = [...from].sort((a, b) => {
        for (const rank of first) {
          const way = Number(rank(b)) - Number(rank(a));
          if (way !== 0) return way;
        }
        return byPeriod(b.last, b.lot.key, a.last, a.lot.key);
      });
      for (const source of ranked) {
        // In its own period the refund takes from its own place what would be overage elsewhere.
        const mine = sources.find(isOwnLot);
        if (name === 'overage' && placeOn(source.last)!.period === source.last.period && mine) {
          const part = min(left, min(source.overage, mine.usage));
          left -= part;
          mine.usage -= part;
          source.overage -= part;
          if (part > 0n) seen.gaveBack.add(name);
        }
        const room =
          name === 'capped' || name === 'overage'
            ? source[name]
            : isOwnLot(source)
              ? source.usage
              : appliedWhere(source);
        const part = min(left, min(room, source.usage));
        left -= part;
        source.usage -= part;
        if (name === 'capped' || name === 'overage') source[name] -= part;
        if (part > 0n) seen.gaveBack.add(name);
      }
    };
    const isOwnLot = ({ lot }: Source) => lot.key === refund.key;
    const placeOn = ({ commitment }: Place) =>
      refund.route.find((place) => place.commitment === commitment);

    /** Of other usage only what commitments applied that the refund counts on. */
    const appliedWhere = ({ takers }: Source) =>
      sum(takers.map(({ place, gross }) => (placeOn(place) === undefined ? 0n : gross)));

    // Its class is that on the commitment that records what is left of it.
    const own = refund.route.at(-1)!;
    const cap = own.terms.caps.find((each) => each.class === own.class);
    const sameCap = sources.filter(
      ({ last }) =>
        cap !== undefined &&
        last.commitment === own.commitment &&
        last.class === own.class &&
        (cap.of !== 'period-minimum' || last.period === own.period),
    );
    take('capped', sameCap, isOwnLot);
    take(
      'overage',
      sources.filter(({ last }) => placeOn(last) !== undefined),
    );
    const shared = (source: Source) => sharedPlaces(refund, source);
    const isOwnClass = (source: Source) => {
      const both = shared(source);
      return both === null || both.ours.class === both.theirs.class;
    };
    const isOwnPeriod = (source: Source) => {
      const both = shared(source);
      return isOwnLot(source) || (both !== null && both.theirs.period === both.ours.period);
    };
    const isEarlier = (source: Source) => {
      const both = shared(source);
      return !isOwnLot(source) && both !== null && both.theirs.period < both.ours.period;
    };
    const period = (source: Source) => shared(source)!.theirs.period - shared(source)!.ours.period;
    take('own period', sources.filter(isOwnPeriod), isOwnLot, isOwnClass);
    take('earlier period', sources.filter(isEarlier), period, isOwnClass);
    if (left > 0n) {
      credits.push({ refund, left });
      seen.gaveBack.add('net credit');
    }
  }
  const usage = sources.map(({ lot, usage: amount }): Lot => ({ ...lot, amount }));
  return { usage, credits };
};

// --- The answer --------------------------------------------------------------------------------------------------------

/** The day is over with the midnight after it: what ends then has ended. */
const hasEnded = (end: string, day: string): boolean =>
  Date.parse(end) <= Date.parse(day) + 24 * 60 * 60 * 1000;

/** Per commitment: what holds at the end of the UTC day, knowing the first `known` facts. */
export const answer = (
  told: readonly Fact[],
  day: string,
  known: number,
  seen: Seen = nothingSeen(),
): Map<string, CommitmentAnswer> => {
  const until = `${day}T23:59:59.999999Z`;
  const facts = told.slice(0, known);
  const commitments = commitmentsOf(facts, until);
  const order = orderOf(commitments);
  const charges = chargesOf(facts, until);
  const cells = new Map<string, PeriodAnswer[]>();
  const netCredits = new Map<string, bigint>();
  for (const { id, statements } of commitments) {
    const most = Math.max(...statements.map(({ terms }) => terms.schedule.periods.length));
    cells.set(
      id,
      Array.from({ length: most }, () => ({
        applied: 0n,
        overage: 0n,
        ineligible: 0n,
        rolledIn: 0n,
        rolledOut: 0n,
        shortfall: 0n,
      })),
    );
  }
  const cell = ({ commitment, period }: Place) => cells.get(commitment.id)![period]!;
  const counts = (charge: Charge) => eligibleRoute(charge, commitments).length > 0;
  for (const charge of charges.filter((each) => !counts(each))) {
    const [offered, ended] = [routeOf(charge, commitments), inTerm(charge, commitments)];
    cell((offered[0] ?? ended[0])!).ineligible += charge.amount;
    if (offered.length < ended.length) seen.withdrawn = true;
  }

  const counted = charges.filter(counts);
  const used = lotsOf(
    counted.filter(({ amount }) => amount > 0n),
    commitments,
  );
  const refunded = lotsOf(
    counted.filter(({ amount }) => amount < 0n),
    commitments,
  );
  const { usage, credits } = giveBack(refunded, split(used, commitments, order), seen);
  for (const { refund, left } of credits) {
    const place = refund.route.at(-1)!;
    cell(place).overage -= left;
    netCredits.set(place.commitment.id, (netCredits.get(place.commitment.id) ?? 0n) - left);
  }
  const all = split(usage, commitments, order);
  for (const portion of all) {
    const here = cell(portion.place);
    here.applied += applied(portion);
    if (portion.last) {
      here.overage += portion.cutByLimit;
      here.ineligible += portion.offered - portion.eligible + portion.cutByCap;
    }
    if (portion.cutByCap > 0n) seen.capCut = true;
    if (portion.cutByLimit > 0n) seen.limitCut = true;
    const { era, commitment } = portion.place;
    if (era > 0) seen.laterEra = true;
    const hadEarlier = (className: string | null) =>
      all.some(
        ({ place, ...other }) =>
          place.commitment === commitment &&
          place.era < era &&
          (className === null || place.class === className) &&
          other.eligible > other.cutByCap + other.cutByLimit,
      );
    if (portion.cutByLimit > 0n && hadEarlier(null)) seen.earlierEraBinds = true;
    if (portion.cutByCap > 0n && hadEarlier(portion.place.class)) seen.earlierEraCaps = true;
    if (portion.place.commitment.id !== order[0] && applied(portion) > 0n) seen.secondTier = true;
  }

  const answers = new Map<string, CommitmentAnswer>();
  for (const { id, statements, termination } of commitments) {
    const { terms } = statements.at(-1)!;
    const periods = cells.get(id)!;
    const total = (what: 'applied' | 'overage' | 'ineligible') =>
      sum(periods.map((period) => period[what]));
    const released = termination !== null && termination.obligation === 'released';
    const remaining = released ? 0n : max(0n, units(terms.total.amount) - total('applied'));
    // A period rolls when it has ended; one that the termination cut short never does.
    const rolls = (index: number) => {
      const end = terms.schedule.periods[index]!.end;
      return end !== null && hasEnded(end, day) && (termination === null || end <= termination.at);
    };
    const figures = needs(terms, (index) => periods[index]!.applied, rolls);
    let owed = remaining;
    for (const [index, { rolledIn, rolledOut, missing }] of figures.entries()) {
      const shortfall = min(max(0n, missing - rolledOut), owed);
      owed -= shortfall;
      Object.assign(periods[index]!, { rolledIn, rolledOut, shortfall });
      if (rolledOut > 0n) seen.rolled = true;
    }
    answers.set(id, {
      applied: total('applied'),
      overage: total('overage'),
      ineligible: total('ineligible'),
      netCredit: netCredits.get(id) ?? 0n,
      remaining,
      periods,
    });
  }
  return answers;
};

export const nothingSeen = (): Seen => ({
  capCut: false,
  limitCut: false,
  secondTier: false,
  gaveBack: new Set(),
  laterEra: false,
  earlierEraBinds: false,
  earlierEraCaps: false,
  rolled: false,
  withdrawn: false,
});
