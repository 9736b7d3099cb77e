import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AmendAgreementBody, ProposeAgreementBody } from '../agreements/bodies.js';
import { PledgeCommitmentBody } from '../commitments/bodies.js';
import { AgreeTrancheBody, AttestMilestoneBody } from '../investments/bodies.js';
import { withoutNulls } from '../json/without-nulls.js';
import { explain } from './explain.js';
import type { Class } from './members.js';
import { validateBody } from './validate.js';
import { UsageEventBody } from '../usage/bodies.js';

const USAGE = {
  source: 'billing/aws',
  id: 'inv-1',
  agreement: 'amazon-anthropic',
  effectiveAt: '2026-10-31T23:59:59.999999Z',
  category: 'usage',
  currency: 'USD',
  amount: '-80.000000000001',
  costs: { billed: '0', effective: '48' },
  chargedFrom: '2026-10-31T00:00:00+02:00',
  chargedTo: '2026-11-01T00:00:00+02:00',
  quantity: '1.000000000000000001',
  unit: 'GPU-hours',
  attributes: { vendor: 'aws' },
  tags: { team: 'research' },
};

const AGREEMENT = {
  id: 'amazon-anthropic',
  title: 'Cloud',
  vendorId: 'amazon',
  customerId: 'anthropic',
  startsAt: '2026-01-01T00:00:00Z',
  documents: [{ name: 'Order form', sha256: 'a'.repeat(64), uri: 'https://example.org/a.pdf' }],
};

const PLEDGE = {
  id: 'cloud',
  name: 'Cloud spend',
  total: { amount: '1000.00', currency: 'USD' },
  basis: 'effective',
  startsAt: '2026-01-01T00:00:00Z',
  endsAt: '2027-01-01T00:00:00Z',
  schedule: {
    mode: 'period-minimums',
    periods: [{ start: '2026-01-01T00:00:00Z', minimum: '60' }],
  },
  eligibility: [
    {
      ruleId: 'marketplace',
      effect: 'include',
      match: { attributes: { publisher: ['x'] } },
      fraction: '0.5',
    },
  ],
  caps: [{ class: 'marketplace', of: 'period-minimum', value: '0.25' }],
};

const TRANCHE = {
  id: 'tranche-1',
  number: 1,
  amount: { amount: '5', currency: 'USD' },
  gate: { all: [{ milestone: 'approval' }, { any: [{ milestone: 'a.b.c' }] }] },
};

const codes = (type: Class, value: unknown) =>
  validateBody(type, value).map(({ code, pointer }) => `${code} ${pointer}`);

describe('validating a body', () => {
  it('takes what is right', () => {
    expect(codes(UsageEventBody, USAGE)).toEqual([]);
    expect(codes(UsageEventBody, { ...USAGE, quantity: '9'.repeat(20) })).toEqual([]);
    expect(codes(ProposeAgreementBody, AGREEMENT)).toEqual([]);
    expect(codes(PledgeCommitmentBody, PLEDGE)).toEqual([]);
    expect(codes(AgreeTrancheBody, TRANCHE)).toEqual([]);
  });

  it.each([
    ['money as a number', { amount: 80 }, ['amount-not-a-string /amount']],
    ['an exponent', { amount: '1e3' }, ['amount-malformed /amount']],
    ['separators', { amount: '5,000.00' }, ['amount-malformed /amount']],
    ['full-width digits', { amount: '１２' }, ['amount-malformed /amount']],
    ['minus zero', { amount: '-0.00' }, ['amount-malformed /amount']],
    ['13 decimals', { amount: '0.0000000000001' }, ['amount-malformed /amount']],
    ['19 integer digits', { amount: '1000000000000000000' }, ['amount-malformed /amount']],
    ['no amount at all', { amount: null, costs: null }, ['amount-missing /amount']],
    ['a cost that does not exist', { costs: { paid: '1' } }, ['member-unknown /costs/paid']],
    ['a cost as a number', { costs: { billed: 1 } }, ['amount-not-a-string /costs/billed']],
    ['a typo', { ammount: '1' }, ['member-unknown /ammount']],
    ['a name of Object.prototype', { hasOwnProperty: '1' }, ['member-unknown /hasOwnProperty']],
    ['toString', { toString: '1' }, ['member-unknown /toString']],
    ['recordedAt', { recordedAt: '2026-01-01T00:00:00Z' }, ['member-unknown /recordedAt']],
    ['a missing id', { id: undefined }, ['member-missing /id']],
    ['null for a required member', { id: null }, ['member-missing /id']],
    ['a number for an id', { id: 7 }, ['not-text /id']],
    ['an empty id', { id: '' }, ['text-empty /id']],
    ['an id of 129 characters', { id: 'x'.repeat(129) }, ['text-too-long /id']],
    ['a zero-width space', { id: 'a\u200bb' }, ['text-unsafe /id']],
    ['a direction override', { id: 'a\u202eb' }, ['text-unsafe /id']],
    ['an id that is not NFC', { id: 'e\u0301' }, ['text-not-normalized /id']],
    ['a padded id', { id: ' a' }, ['text-padded /id']],
    ['a source with a space', { source: 'a b' }, ['source-malformed /source']],
    ['upper case in a code', { agreement: 'Amazon' }, ['code-malformed /agreement']],
    ['a lower-case currency', { currency: 'usd' }, ['currency-unknown /currency']],
    ['a historic currency', { currency: 'DEM' }, ['currency-unknown /currency']],
    ['no currency', { currency: 'XXX' }, ['currency-unknown /currency']],
    ['no offset', { effectiveAt: '2026-10-31T00:00:00' }, ['instant-malformed /effectiveAt']],
    [
      '29 February 2026',
      { effectiveAt: '2026-02-29T00:00:00Z' },
      ['instant-malformed /effectiveAt'],
    ],
    ['24:00', { effectiveAt: '2026-02-28T24:00:00Z' }, ['instant-malformed /effectiveAt']],
    ['epoch seconds', { effectiveAt: 1790000000 }, ['not-text /effectiveAt']],
    [
      'nanoseconds',
      { effectiveAt: '2026-02-28T00:00:00.000000001Z' },
      ['instant-malformed /effectiveAt'],
    ],
    [
      'an end before its start',
      { chargedTo: '2026-10-01T00:00:00Z' },
      ['end-not-after-start /chargedTo'],
    ],
    [
      '21 integer digits of a quantity',
      { quantity: `1${'0'.repeat(20)}` },
      ['quantity-malformed /quantity'],
    ],
    ['a quantity without unit', { unit: undefined }, ['unit-missing /quantity']],
    [
      'an unknown attribute',
      { attributes: { planet: 'x' } },
      ['member-unknown /attributes/planet'],
    ],
    [
      '21 tags',
      { tags: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`t${n}`, 'x'])) },
      ['map-too-large /tags'],
    ],
    [
      '5 KiB of tags',
      { tags: Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`t${n}`, 'x'.repeat(900)])) },
      ['map-too-large /tags'],
    ],
    ['a list for text', { id: ['a'] }, ['not-text /id']],
  ])('names what is wrong with usage that has %s', (_, change, expected) => {
    expect(codes(UsageEventBody, { ...USAGE, ...change })).toEqual(expected);
  });

  it('says all at once, and points into lists and objects', () => {
    expect(
      codes(PledgeCommitmentBody, {
        ...PLEDGE,
        id: 'A',
        total: { amount: '1.001', currency: 'USD', more: 1 },
        schedule: { mode: 'weekly', periods: [{ start: 'x', minimum: 5 }] },
        caps: [{ class: 'm', of: 'total', value: '-1' }],
        eligibility: 'none',
      }).sort(),
    ).toEqual([
      'amount-negative /caps/0/value',
      'amount-not-a-string /schedule/periods/0/minimum',
      'amount-too-precise /total/amount',
      'code-malformed /id',
      'instant-malformed /schedule/periods/0/start',
      'member-unknown /total/more',
      'not-a-list /eligibility',
      'value-unknown /schedule/mode',
    ]);
    expect(codes(AgreeTrancheBody, { ...TRANCHE, gate: { all: [{ milestone: 'X' }] } })).toEqual([
      'id-malformed /gate/all/0/milestone',
    ]);
    expect(
      codes(AttestMilestoneBody, { outcome: 'met', evidence: [{ name: 'x', sha256: 'AB' }, 1] }),
    ).toEqual(['not-an-object /evidence/1'].concat('sha256-malformed /evidence/0/sha256'));
  });

  it('lists 50 problems at most', () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`x${n}`, 1]));
    expect(validateBody(AmendAgreementBody, many)).toHaveLength(50);
  });

  it.each([1, 'x', null, [], true])('refuses %j as a body', (value) => {
    expect(codes(UsageEventBody, value)).toEqual(['not-an-object ']);
  });

  it('judges as class-validator does, whatever is damaged', () => {
    const subjects: [Class, object][] = [
      [UsageEventBody, USAGE],
      [ProposeAgreementBody, AGREEMENT],
      [PledgeCommitmentBody, PLEDGE],
      [AgreeTrancheBody, TRANCHE],
    ];
    const junk = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        undefined,
        0,
        -1,
        1.5,
        true,
        '',
        ' ',
        '0',
        '-0',
        '1.5',
        '1e3',
        'USD',
        'JPY',
        'usage',
      ),
      fc.constantFrom<unknown>(
        '2026-01-01T00:00:00Z',
        '2026-01-01',
        'a.b',
        'a.b.c',
        [],
        {},
        [{}],
        [[]],
        { amount: '1' },
      ),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const damage = fc.array(
      fc.record({
        at: fc.nat(),
        deeper: fc.nat({ max: 3 }),
        value: junk,
        name: fc.constantFrom('', 'x', 'toString', 'amount'),
      }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...subjects), damage, ([type, good], changes) => {
        const value = structuredClone(good) as Record<string, unknown>;
        for (const change of changes) {
          let target: Record<string, unknown> = value;
          for (let level = 0; level < change.deeper; level++) {
            const inner = Object.values(target).filter(
              (one) => typeof one === 'object' && one !== null,
            );
            if (inner.length > 0)
              target = inner[change.at % inner.length] as Record<string, unknown>;
          }
          const names = Object.keys(target);
          const name = change.name || (names[change.at % names.length] ?? 'x');
          if (!Array.isArray(target) || /^\d+$/.test(name))
            target[name] = structuredClone(change.value);
        }
        expect(validateBody(type, value)).toEqual(explain(type, value));
      }),
      { numRuns: 600 },
    );
  });
});

describe('null and absent', () => {
  it('mean the same', () => {
    expect(withoutNulls({ a: null, b: { c: null, d: 1 }, e: [{ f: null }] })).toEqual({
      b: { d: 1 },
      e: [{}],
    });
  });
});
