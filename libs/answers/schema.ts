import {
  Type,
  type ObjectOptions,
  type SchemaOptions,
  type Static,
  type TProperties,
  type TSchema,
  type TUnsafe,
} from '@sinclair/typebox';

type Unchanging<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Unchanging<Item>[]
      : { readonly [Member in keyof T]: Unchanging<T[Member]> };

/** The type of the answers that a schema describes. An answer is not changed once it is made. */
export type AnswerOf<S extends TSchema> = Unchanging<Static<S>>;

const say = (description: string | undefined, options: SchemaOptions = {}): SchemaOptions =>
  description === undefined ? options : { description, ...options };

/**
 * Objects that have a name of their own in the API document, however often they are answered: generators make one model of
 * each. All members are always there unless they are `optional`. A later version may add some: clients pass over what they
 * do not know.
 */
export const named = <P extends TProperties>(
  name: string,
  members: P,
  options: ObjectOptions = {},
) => Type.Object(members, { ...options, $id: name });

/** Some generators read nothing that stands beside a reference, so what is said of a named schema is said around it. */
export const about = <S extends TSchema>(schema: S, description: string): TUnsafe<Static<S>> =>
  Type.Unsafe({ allOf: [schema], description });

export const text = (description?: string, options?: SchemaOptions) =>
  Type.String(say(description, options));

export const integer = (description?: string, options?: SchemaOptions) =>
  Type.Integer(say(description, options));

export const boolean = (description?: string) => Type.Boolean(say(description));

/** Decimal text: amounts and ratios are exact, and no JSON number. */
export const decimal = (description?: string) =>
  Type.String({ format: 'decimal', ...say(description) });

/** A UTC day, `YYYY-MM-DD`. */
export const day = (description?: string) => Type.String({ format: 'date', ...say(description) });

/** RFC 3339, in UTC, to the microsecond. */
export const instant = (description?: string) =>
  Type.String({ format: 'date-time', ...say(description) });

/** One of these words: a list of values, of which generators make one type. */
export const oneOf = <const Word extends string>(
  words: readonly Word[],
  description?: string,
): TUnsafe<Word> => Type.Unsafe({ type: 'string', enum: [...words], ...say(description) });

export const list = <S extends TSchema>(items: S, description?: string) =>
  Type.Array(items, say(description));

/** Any names, each with such a value. */
export const mapOf = <S extends TSchema>(
  values: S,
  description?: string,
): TUnsafe<Record<string, Static<S>>> =>
  Type.Unsafe({ type: 'object', additionalProperties: values, ...say(description) });

export const orNull = <S extends TSchema>(schema: S, description?: string) =>
  Type.Union([schema, Type.Null()], say(description));

export const optional = Type.Optional;

/** Any members: what is in it depends on what it is about. */
export const anyObject = (description?: string): TUnsafe<object> =>
  Type.Unsafe({ type: 'object', additionalProperties: true, ...say(description) });

const Money = named(
  'Money',
  { amount: decimal(), currency: text() },
  { description: 'Decimal text and an ISO 4217 code.' },
);

export const money = (description?: string): TUnsafe<Static<typeof Money>> =>
  description === undefined ? Money : about(Money, description);
