import { stripVTControlCharacters } from 'node:util';
import { unitsOf, MONEY_DECIMALS, type MoneyText } from '../../libs/domain/money.js';

const CENT = 10n ** BigInt(MONEY_DECIMALS - 2);

/** Units in steps of `step`, rounded half to even: for reading. The exact value is in the JSON and CSV output. */
const roundedTo = (units: bigint, step: bigint): bigint => {
  const sign = units < 0n ? -1n : 1n;
  const size = units * sign;
  const whole = size / step;
  const rest = (size % step) * 2n;
  const up = rest > step || (rest === step && whole % 2n === 1n);
  return sign * (whole + (up ? 1n : 0n));
};

const hundredths = (units: bigint): bigint => roundedTo(units, CENT);

const withCommas = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',');

const hundredthsText = (value: bigint): string => {
  const digits = (value < 0n ? -value : value).toString().padStart(3, '0');
  return `${value < 0n ? '-' : ''}${withCommas(digits.slice(0, -2))}.${digits.slice(-2)}`;
};

/** `1234567.891` as `1,234,567.89`. A small amount that is not zero is never shown as zero. */
export const grouped = (decimal: string): string => {
  const units = unitsOf(decimal);
  const rounded = hundredths(units);
  if (rounded === 0n && units !== 0n) return units < 0n ? '> -0.01' : '< 0.01';
  return hundredthsText(rounded);
};

const LETTERS = [
  [10n ** 6n, 'M'],
  [10n ** 9n, 'B'],
  [10n ** 12n, 'T'],
] as const;
const MILLION = 1_000_000n * 100n;
const THOUSAND = 1_000n * 100n;

const isBelow = (value: bigint, limit: bigint): boolean => value < limit && value > -limit;

/** Amounts for narrow tables: `94.36 B`, `1.00 M`, `999,999.99`. Always two decimals, so that a column has one precision. */
export const compact = (decimal: string): string => {
  const units = unitsOf(decimal);
  if (isBelow(hundredths(units), MILLION)) return grouped(decimal);
  for (const [scale, letter] of LETTERS) {
    const value = roundedTo(units, CENT * scale);
    if (isBelow(value, THOUSAND) || letter === 'T') return `${hundredthsText(value)} ${letter}`;
  }
  return grouped(decimal);
};

/** Every digit: `1,234,567.891`. */
export const exact = (decimal: string): string => {
  const [whole = '', fraction] = decimal.replace('-', '').split('.');
  const sign = decimal.startsWith('-') ? '-' : '';
  return `${sign}${withCommas(whole)}${fraction === undefined ? '' : `.${fraction}`}`;
};

export const amount = (money: MoneyText | null): string => (money ? grouped(money.amount) : '–');

/** An amount with its currency, for sentences: `USD 1,234.50`. */
export const money = (value: MoneyText): string => `${value.currency} ${grouped(value.amount)}`;

const SCALES = [
  [10n ** 12n, 'trillion'],
  [10n ** 9n, 'billion'],
  [10n ** 6n, 'million'],
] as const;

/** An amount for headlines: `USD 100 billion`, `USD 11.72 billion`, `USD 1,234.50`. */
export const roundMoney = (value: MoneyText): string => {
  const units = unitsOf(value.amount);
  const size = units < 0n ? -units : units;
  const one = 10n ** BigInt(MONEY_DECIMALS);
  for (const [scale, name] of SCALES) {
    if (size < scale * one) continue;
    const text = grouped(unitsText(units / scale)).replace(/\.00$/, '');
    return `${value.currency} ${text} ${name}`;
  }
  return money(value);
};

const unitsText = (units: bigint): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(MONEY_DECIMALS + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -MONEY_DECIMALS)}.${digits.slice(-MONEY_DECIMALS)}`;
};

/** A ratio as decimal text (`0.1234`) in percent: `12.3 %`. For display only, so a JS number will do. */
export const percent = (ratio: string | null): string => {
  if (ratio === null) return '–';
  const value = Number(ratio) * 100;
  if (value !== 0 && Math.abs(value) < 0.1) return value < 0 ? '> -0.1 %' : '< 0.1 %';
  return `${value.toFixed(1)} %`;
};

export const times = (ratio: string | null): string =>
  ratio === null ? '–' : `${Number(ratio).toFixed(2)}×`;

const BLOCKS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of `width` characters, filled to the ratio (0..1; beyond is full). */
export const bar = (ratio: string | null, width: number): string => {
  const filled = Math.min(1, Math.max(0, Number(ratio ?? '0')));
  const eighths = filled === 0 ? 0 : Math.max(1, Math.round(filled * width * 8));
  const full = '█'.repeat(Math.floor(eighths / 8)) + (BLOCKS[eighths % 8] ?? '');
  return full + '░'.repeat(Math.max(0, width - full.length));
};

export const day = (instant: string | null): string => (instant ? instant.slice(0, 10) : 'open');

export const count = (value: number): string => value.toLocaleString('en-US');

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** Text from files and databases may hold terminal commands; people must see text only. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text).replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (char) =>
    char === '\n' ? char : '\uFFFD',
  );

/**
 * A hint's `commitment-ledger show …` as the reader can type it: in a clone the program is not on the path, and whoever
 * came through npm goes on through npm.
 */
export const asTyped = (text: string, env: NodeJS.ProcessEnv): string =>
  env['npm_lifecycle_event'] === undefined
    ? text
    : text.replace(/\bcommitment-ledger (?=[a-z])/g, 'npm run cli -- ');
