/** An exact decimal: `units` of which 10^scale make one. Amounts come as text and are never a number of JavaScript. */
interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

const parse = (text: string): Decimal => {
  const [, sign = '', whole = '0', part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  return { units: BigInt(`${sign}${whole}${part}`), scale: part.length };
};

const at = ({ units, scale }: Decimal, wanted: number): bigint =>
  units * 10n ** BigInt(wanted - scale);

const show = (units: bigint, scale: number): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const part = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`;
};

const together = (one: string, other: string, by: (a: bigint, b: bigint) => bigint): string => {
  const [a, b] = [parse(one), parse(other)];
  const scale = Math.max(a.scale, b.scale);
  return show(by(at(a, scale), at(b, scale)), scale);
};

export const add = (one: string, other: string): string => together(one, other, (a, b) => a + b);
export const less = (one: string, other: string): string => together(one, other, (a, b) => a - b);
/** -1, 0 or 1. */
export const signOf = (text: string): number => {
  const { units } = parse(text);
  return units === 0n ? 0 : units < 0n ? -1 : 1;
};
export const absolute = (text: string): string => text.replace(/^-/, '');

/** Rounded half up, away from zero, to so many places, which are all shown. */
export const rounded = (text: string, places: number): string => {
  const { units, scale } = parse(text);
  const size = units < 0n ? -units : units;
  const cut = scale > places ? 10n ** BigInt(scale - places) : 1n;
  const near = scale > places ? (size + cut / 2n) / cut : size * 10n ** BigInt(places - scale);
  const digits = near.toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const sign = units < 0n && near > 0n ? '-' : '';
  return `${sign}${whole}${places === 0 ? '' : `.${digits.slice(digits.length - places)}`}`;
};

/** The same, 10^places times smaller: only the point moves. */
export const shifted = (text: string, places: number): string => {
  const { units, scale } = parse(text);
  return show(units, scale + places);
};

export const grouped = (text: string): string => {
  const [whole = '', part] = text.split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (part === undefined ? '' : `.${part}`);
};
