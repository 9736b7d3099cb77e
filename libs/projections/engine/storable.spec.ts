import { describe, expect, it } from '@jest/globals';
import type { Cell } from './projection.js';
import { faultOf } from './storable.js';

const MAX = 10n ** 38n;

describe('a cell', () => {
  it.each<[type: string, cell: Cell, fault: string | null]>([
    ['text COLLATE "C" NOT NULL', 'süd-\u{1F30D}', null],
    ['text COLLATE "C" NOT NULL', 'U\0D', 'invalid byte sequence for encoding "UTF8": 0x00'],
    ['text COLLATE "C" NOT NULL', null, 'null value'],
    ['text COLLATE "C"', null, null],
    ['integer NOT NULL', 2 ** 31 - 1, null],
    ['integer NOT NULL', 2 ** 31, 'integer out of range'],
    ['integer NOT NULL', NaN, 'integer out of range'],
    ['bigint NOT NULL', 2 ** 40, null],
    ['date NOT NULL', '2026-02-28', null],
    ['date NOT NULL', 'soon', 'invalid date'],
    ['numeric(38,12) NOT NULL', MAX - 1n, null],
    ['numeric(38,12) NOT NULL', MAX, 'numeric field overflow'],
    ['numeric(38,12) NOT NULL', -MAX, 'numeric field overflow'],
  ])('of %s takes %p: %p', (type, cell, fault) =>
    expect(faultOf({ name: 'x', type }, cell)).toBe(fault),
  );
});
