import { canonical, quoted } from './canonical.js';

type Members = Readonly<Record<string, unknown>>;

export const EMPTY_OBJECT: Members = Object.freeze({});
export const EMPTY_LIST: readonly unknown[] = Object.freeze([]);

/** What a member of a stored body is when the text does not say it. */
export interface DefaultRule<Context> {
  /** The default, where it is always the same: null, a text, an object or list without members. */
  readonly is?: string | null | typeof EMPTY_OBJECT | typeof EMPTY_LIST;
  /**
   * The default, where it follows from something else. `beside`: the object it is a member of, on reading as far as the
   * members before it in the order of canonical JSON. Neither: the text always says the member.
   */
  readonly from?: (context: Context, beside: Members) => unknown;
  /** The member is an object, or a list of objects, whose members have rules of their own. */
  readonly of?: Defaults<Context>;
}

/** A rule for every member: what has none would be lost. */
export type Rules<Context, Value> = {
  readonly [Member in keyof Required<Value>]: DefaultRule<Context>;
};

/** `open`: with the opening quote of a text. */
interface Label {
  readonly label: string;
  readonly open: string;
}

interface Member<Context> {
  readonly is: DefaultRule<Context>['is'];
  readonly from: DefaultRule<Context>['from'];
  readonly of: DefaultRule<Context>['of'];
  readonly name: string;
  readonly first: Label;
  readonly next: Label;
}

/**
 * A table of defaults that serves both directions: `write` leaves out what equals its default, `read` puts it back. The
 * labels and the order of canonical JSON are made once: nine in ten entries pass here.
 */
export class Defaults<Context, Value = unknown> {
  private readonly members: readonly Member<Context>[];

  constructor(rules: Rules<Context, Value>) {
    this.members = Object.entries<DefaultRule<Context>>(rules)
      .map(([name, { is, from, of }]) => {
        const label = `${JSON.stringify(name)}:`;
        const first = { label, open: `${label}"` };
        const next = { label: `,${label}`, open: `,${label}"` };
        return { is, from, of, name, first, next };
      })
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Canonical JSON of the members that differ from their defaults. */
  write(value: Value, context: Context): string {
    const members = value as Members;
    let text = '';
    for (const member of this.members) {
      const own = members[member.name];
      if (own === undefined || own === member.is) continue;
      if (member.is === EMPTY_OBJECT && hasNone(own as Members)) continue;
      if (member.is === EMPTY_LIST && (own as readonly unknown[]).length === 0) continue;
      if (member.from !== undefined && isSame(own, member.from(context, members))) continue;
      const { open, label } = text === '' ? member.first : member.next;
      text +=
        typeof own === 'string' ? quoted(open, own, '"') : label + textOf(member, own, context);
    }
    return `{${text}}`;
  }

  /** The value that was written. */
  read(said: Members, context: Context): Value {
    const value: Record<string, unknown> = {};
    for (const { name, is, from, of: inner } of this.members) {
      const own = said[name];
      if (own === undefined) {
        if (is !== undefined) value[name] = is;
        else if (from !== undefined) value[name] = from(context, value);
      } else if (inner === undefined) value[name] = own;
      else
        value[name] = Array.isArray(own)
          ? own.map((item) => inner.read(item as Members, context))
          : inner.read(own as Members, context);
    }
    return value as Value;
  }
}

const textOf = <Context>(
  { of: inner }: Member<Context>,
  value: unknown,
  context: Context,
): string => {
  if (inner === undefined) return canonical(value);
  if (!Array.isArray(value)) return inner.write(value, context);
  return `[${value.map((item) => inner.write(item, context)).join(',')}]`;
};

/** Whether canonical JSON would have no member: one that is undefined is none. */
const hasNone = (value: Members): boolean => {
  for (const name in value) if (value[name] !== undefined) return false;
  return true;
};

/** Equality of what canonical JSON can say; a member that is undefined is none. */
const isSame = (left: unknown, right: unknown): boolean => {
  if (left === right) return true;
  if (!isObject(left) || !isObject(right) || Array.isArray(left) !== Array.isArray(right))
    return false;
  for (const name in left) if (!isSame(left[name], right[name])) return false;
  for (const name in right) if (left[name] === undefined && right[name] !== undefined) return false;
  return true;
};

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;
