import { describe, expect, it } from '@jest/globals';
import { NoSuchPlace, PLACE, placeIn, placeText, type Place } from './place.js';

const present: Place = {
  ledger: [12, 0, 7],
  views: { facts: [12, 0, 7], 'burn-down': [10, 0, 5] },
};

describe('a place', () => {
  it('is the positions alone where the views have caught up', () => {
    const { ledger } = present;
    expect(placeText({ ledger, views: { facts: ledger, 'burn-down': ledger } })).toBe(
      '0:12,1:0,2:7',
    );
  });

  it('says where a view stands elsewhere, and is read as it was written', () => {
    const text = placeText(present);
    expect(text).toBe('0:12,1:0,2:7;burn-down=0:10,2:5');
    expect(PLACE.test(text)).toBe(true);
    expect(placeIn(text, present)).toEqual(present);
  });

  it('begins now in a shard that it does not name, and with a view as far as with the ledger', () => {
    expect(placeIn('2:3', present)).toEqual({
      ledger: [12, 0, 3],
      views: { facts: [12, 0, 3], 'burn-down': [10, 0, 3] },
    });
  });

  it('has no views of another version, and none beyond where they are now', () => {
    expect(placeIn('0:12;spend=0:1;facts=0:4;burn-down=0:11', present).views).toEqual({
      facts: [4, 0, 7],
      'burn-down': [10, 0, 5],
    });
  });

  it.each(['0:13', '3:0', '0:1,0:1', '0:1;facts=9:1'])('is none: %s', (text) => {
    expect(PLACE.test(text)).toBe(true);
    expect(() => placeIn(text, present)).toThrow(NoSuchPlace);
  });

  it.each([
    '',
    '0',
    '0:',
    ':1',
    '0:1,',
    '0:01',
    '00:1',
    '0:1;',
    '0:1;facts',
    '0:1;=0:1',
    '0:-1',
    '0:1\n',
  ])('is not of its form: %j', (text) => expect(PLACE.test(text)).toBe(false));
});
