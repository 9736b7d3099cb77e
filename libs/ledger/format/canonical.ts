/**
 * Canonical JSON (RFC 8785) for what the ledger stores: strings, booleans, null, safe integers, arrays, objects. Other
 * numbers are refused, because their text differs between languages; amounts are decimal strings.
 */
export const canonical = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isSafeInteger(value)) throw new TypeError(`not an exact integer: ${value}`);
      return String(value + 0);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? list(value) : members(value as Record<string, unknown>);
    default:
      throw new TypeError(`${typeof value} has no place in an entry`);
  }
};

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** JSON.stringify escapes exactly as RFC 8785 asks; most strings need no escape, and the test is cheaper. */
export const quote = (text: string): string => (isPlain(text) ? `"${text}"` : JSON.stringify(text));

/**
 * `quote` between two other texts, in one go: every part that is joined by itself costs as much as writing it. `before`
 * ends with the opening quote and `after` begins with the closing one.
 */
export const quoted = (before: string, text: string, after: string): string =>
  isPlain(text)
    ? before + text + after
    : before.slice(0, -1) + JSON.stringify(text) + after.slice(1);

/** Most strings are short, and looking at a few characters costs less than calling the expression. */
const LOOK_CHARS = 40;

const isPlain = (text: string): boolean => {
  if (text.length > LOOK_CHARS) return PLAIN.test(text);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
};

const list = (values: readonly unknown[]): string => {
  if (values.length === 0) return '[]';
  let text = canonical(values[0]);
  for (let at = 1; at < values.length; at += 1) text += `,${canonical(values[at])}`;
  return `[${text}]`;
};

const members = (object: Record<string, unknown>): string => {
  let text = '';
  for (const label of shapeOf(Object.keys(object)).sorted) {
    const member = object[label.key];
    if (member === undefined) continue; // as JSON.stringify does
    if (typeof member === 'string')
      text += quoted(text === '' ? label.firstText : label.nextText, member, '"');
    else text += (text === '' ? label.first : label.next) + canonical(member);
  }
  return `{${text}}`;
};

/** Sorting keys costs more than writing the values, and the same few shapes come again and again. */
interface Shape {
  readonly keys: readonly string[];
  readonly sorted: readonly Label[];
}

/** The name of a member as it is written. */
interface Label {
  readonly key: string;
  /** Of the first member, and of one behind another. */
  readonly first: string;
  readonly next: string;
  /** The same with the opening quote of a string. */
  readonly firstText: string;
  readonly nextText: string;
}
const shapes: Shape[][] = [];
const SHAPES_MAX = 24;

const shapeOf = (keys: readonly string[]): Shape => {
  const known = (shapes[keys.length] ??= []);
  for (const shape of known) if (sameKeys(shape.keys, keys)) return shape;
  const sorted = [...keys].sort(byCodeUnit).map((key) => {
    const first = `${JSON.stringify(key)}:`;
    return { key, first, next: `,${first}`, firstText: `${first}"`, nextText: `,${first}"` };
  });
  const shape = { keys, sorted };
  if (known.length === SHAPES_MAX) known.pop(); // tags have any keys: the list must stay short
  known.unshift(shape);
  return shape;
};

const sameKeys = (left: readonly string[], right: readonly string[]): boolean => {
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
};

const byCodeUnit = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;
