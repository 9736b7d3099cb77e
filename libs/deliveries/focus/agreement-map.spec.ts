import { describe, expect, it } from '@jest/globals';
import { allTo, byRules, byVendors, MapFileRefused, parseMapFile } from './agreement-map.js';

const row = (vendor: string, account = '1') => ({ attributes: { vendor, account } });

describe('finding the agreement of a row', () => {
  it('takes the one that was named', () =>
    expect(allTo('a')(row('AWS'))).toEqual({ agreement: 'a' }));

  it('takes the first rule that matches', () => {
    const map = byRules(
      parseMapFile([
        { match: { provider: 'AWS', billingAccount: ['1', '2'] }, agreement: 'first' },
        { match: { provider: ['AWS', 'Microsoft'] }, agreement: 'second' },
      ]),
    );
    expect(map(row('AWS', '2'))).toEqual({ agreement: 'first' });
    expect(map(row('AWS', '3'))).toEqual({ agreement: 'second' });
    expect(map(row('Oracle'))).toMatchObject({ code: 'agreement-not-mapped', value: 'Oracle' });
  });

  it.each([
    [{}, 'must be a list'],
    [[{ match: {}, agreement: 1 }], 'rule 1.agreement'],
    [[{ match: { vendor: 'x' }, agreement: 'a' }], 'rule 1.match.vendor: must be one of provider'],
    [[{ match: { provider: [] }, agreement: 'a' }], 'rule 1.match.provider'],
    [[{ match: {}, agreement: 'a', extra: 1 }], 'rule 1.extra'],
    [[7], 'rule 1 must be'],
  ])('refuses the map file %j', (content, message) => {
    expect(() => parseMapFile(content)).toThrow(MapFileRefused);
    expect(() => parseMapFile(content)).toThrow(message);
  });

  const map = byVendors([
    { agreement: 'amazon-anthropic', vendorNames: ['amazon', 'Amazon Web Services, Inc.'] },
    { agreement: 'microsoft-openai', vendorNames: ['microsoft', 'Microsoft Corporation'] },
    { agreement: 'microsoft-mistral', vendorNames: ['microsoft', 'Microsoft'] },
  ]);

  it.each(['AWS', 'Amazon Web Services', 'amazon'])('knows %s by its vendor', (vendor) =>
    expect(map(row(vendor))).toEqual({ agreement: 'amazon-anthropic' }),
  );

  it('does not guess', () => {
    expect(map(row('Oracle'))).toMatchObject({ code: 'agreement-not-mapped' });
    expect(map(row('Microsoft'))).toMatchObject({
      code: 'agreement-ambiguous',
      column: 'ProviderName',
    });
  });
});
