import { describe, expect, it } from '@jest/globals';
import {
  Allow,
  ArrayMinSize,
  ArrayUnique,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  Validate,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  ValidatePromise,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import fc from 'fast-check';
import { isSurelyRight } from './compiled-check.js';
import { About, IsAmount, IsCode, ListOf } from './decorators.js';
import { explain } from './explain.js';
import type { Class, Plain } from './members.js';
import { schemaOf } from './schema.js';
import { validateBody } from './validate.js';

class Line {
  @IsString()
  @Length(2, 5, { groups: ['create'] })
  name!: string;

  @IsOptional()
  @ListOf(() => Line, { max: 3 })
  lines?: Line[];
}

class Head {
  @IsBoolean()
  open!: boolean;
}

@ValidatorConstraint({ name: 'isEven' })
class Even implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return Number(value) % 2 === 0;
  }

  defaultMessage(): string {
    return '$property must be even';
  }
}

/** What a contributor may write: class-validator's own decorators, in all the ways it has. */
class Stock {
  @About('When it was.')
  @IsISO8601({ strict: true })
  at!: string;

  @IsIn(['day', 'week'])
  unit!: string;

  @IsOptional()
  @IsString()
  @Matches(/^[A-Z]{2}$/, { message: '$property must be two capitals' })
  place?: string;

  @IsOptional()
  @IsInt({ each: true })
  @Max(9, { each: true })
  @ArrayMinSize(1)
  @ArrayUnique()
  numbers?: number[];

  @ValidateIf(({ unit }: Stock) => unit === 'week')
  @IsInt()
  @Min(1)
  weeks?: number;

  @ValidateNested()
  @IsObject()
  head!: Head;

  @ArrayMinSize(1)
  @ListOf(() => Line, { max: 3 })
  lines!: Line[];

  @IsOptional()
  @IsCode({ each: true })
  codes?: string[];

  @IsOptional()
  @IsUUID(4, { validateIf: (_, value) => value !== 'none' })
  trace?: string;

  @IsOptional()
  @Validate(Even)
  even?: number;

  @IsOptional()
  @ValidateBy({ name: 'isPalindrome', validator: { validate: isPalindrome } })
  word?: string;

  /** Throws on what it does not expect. */
  @IsOptional()
  @ArrayUnique(({ id }: { readonly id: string }) => id.trim())
  things?: object[];

  @IsDefined()
  @IsAmount()
  amount!: string;

  @Allow()
  note?: unknown;
}

function isPalindrome(value: unknown): boolean {
  const text = String(value);
  return text === [...text].reverse().join('');
}

const RIGHT = {
  at: '2026-11-28',
  unit: 'day',
  place: 'DE',
  numbers: [1, 2],
  head: { open: true },
  lines: [{ name: 'one', lines: [{ name: 'two' }] }],
  codes: ['aws'],
  trace: 'none',
  even: 4,
  word: 'anna',
  things: [{ id: 'a' }, { id: 'b' }],
  amount: '1.5',
  note: [[]],
};

const told = (value: unknown) =>
  validateBody(Stock, value).map(({ code, pointer, message }) => `${code} ${pointer} ${message}`);

describe('a body with decorators of class-validator', () => {
  it('is taken by the compiled check', () => {
    expect(isSurelyRight(Stock, RIGHT)).toBe(true);
    expect(told(RIGHT)).toEqual([]);
    expect(told({ ...RIGHT, unit: 'week', weeks: 2, trace: null, place: null })).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    [
      'a constraint of its own',
      { at: 'noon' },
      ['invalid-is-iso8601 /at must be a valid ISO 8601 date string'],
    ],
    [
      'one that says what a rule of ours says',
      { unit: 'year' },
      ['value-unknown /unit must be one of day, week'],
    ],
    ['nothing', { unit: undefined }, ['member-missing /unit is required']],
    ['words of its own', { place: 'de' }, ['invalid-matches /place must be two capitals']],
    ['the first of several', { place: 7 }, ['not-text /place must be a JSON string']],
    ['an item', { numbers: [1, 'x', 2] }, ['invalid-is-int /numbers/1 must be an integer number']],
    [
      'an item that breaks the second',
      { numbers: [1, 10] },
      ['invalid-max /numbers/1 must not be greater than 9'],
    ],
    ['too few items', { numbers: [] }, ['list-too-short /numbers must have at least 1 items']],
    [
      'items twice',
      { numbers: [1, 1] },
      ["invalid-array-unique /numbers All numbers's elements must be unique"],
    ],
    ['what another member asks for', { unit: 'week' }, ['member-missing /weeks is required']],
    [
      'a nested object',
      { head: { open: 1, shut: 0 } },
      [
        'member-unknown /head/shut is not a member that exists here',
        'not-a-boolean /head/open must be true or false',
      ],
    ],
    ['no nested object', { head: 'x' }, ['not-an-object /head must be an object']],
    [
      'a list in a list',
      { lines: [{ name: 'one', lines: [{ name: 'long name' }] }] },
      ['invalid-is-length /lines/0/lines/0/name must be shorter than or equal to 5 characters'],
    ],
    ['no object in a list', { lines: [7] }, ['not-an-object /lines/0 must be an object']],
    [
      'a rule of ours for each',
      { codes: ['aws', 'AWS'] },
      [
        'code-malformed /codes/1 must be lower-case letters, digits, "-" and "_", 1 to 63 characters, ' +
          'starting with a letter or digit',
      ],
    ],
    ['a condition of one constraint', { trace: 'x' }, ['invalid-is-uuid /trace must be a UUID']],
    ['a class of a constraint', { even: 3 }, ['invalid-is-even /even must be even']],
    [
      'a constraint without words',
      { word: 'no' },
      ['invalid-is-palindrome /word is not as it must be'],
    ],
    [
      'what a constraint throws on, beside what is wrong otherwise',
      { things: [{}], unit: 1, lines: [{ name: 7 }] },
      [
        'value-unknown /unit must be one of day, week',
        'not-text /lines/0/name must be a JSON string',
        'unjudged /things cannot be judged',
      ],
    ],
    ['what a constraint throws on', { things: [{}] }, ['unjudged /things cannot be judged']],
  ])('names what is wrong: %s', (_, change, expected) => {
    expect(told({ ...RIGHT, ...change })).toEqual(expected);
  });

  it('is judged by the compiled check only as class-validator judges it', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom<unknown>(
        'week',
        'day',
        'DE',
        0,
        1,
        2,
        9,
        [1, 2],
        [],
        [{}],
        [[{ name: 'ab' }]],
      ),
      fc.constantFrom<unknown>({ open: true }, [{ name: 'abc' }], undefined, null, '2026-01-01'),
    );
    const names = fc.constantFrom(...Object.keys(RIGHT), 'weeks', 'other');
    fc.assert(
      fc.property(fc.array(fc.tuple(names, value), { maxLength: 3 }), (changes) => {
        const body: Plain = { ...RIGHT, ...Object.fromEntries(structuredClone(changes)) };
        expect(validateBody(Stock, body)).toEqual(explain(Stock, body));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is documented by what they say', () => {
    expect(schemaOf(Stock)).toMatchObject({
      required: ['at', 'unit', 'head', 'lines', 'amount', 'note'],
      properties: {
        at: { type: 'string', description: 'When it was.' },
        unit: { enum: ['day', 'week'] },
        place: { type: 'string', pattern: '^[A-Z]{2}$' },
        numbers: { type: 'array', items: { type: 'integer', maximum: 9 }, minItems: 1 },
        head: { properties: { open: { type: 'boolean' } } },
        codes: { type: 'array', items: { type: 'string' } },
        amount: { type: 'string', format: 'decimal' },
      },
    });
  });
});

describe('a class that the check cannot be compiled from', () => {
  class Later {
    @IsNotEmpty()
    @ValidatePromise()
    name!: unknown;
  }

  it('is judged by class-validator itself', () => {
    expect(isSurelyRight(Later, { name: 'x' })).toBe(false);
    expect(validateBody(Later, { name: 'x' })).toEqual([]);
    expect(validateBody(Later, { name: '' })).toEqual([
      { code: 'invalid-is-not-empty', pointer: '/name', message: 'should not be empty' },
    ]);
  });

  it('is told when it is documented, if it can never be judged', () => {
    class Unnamed {
      @ValidateNested({ each: true })
      lines!: Line[];
    }
    @ValidatorConstraint({ name: 'asked', async: true })
    class Asked implements ValidatorConstraintInterface {
      validate(): Promise<boolean> {
        return Promise.resolve(true);
      }
    }
    class Asks {
      @Validate(Asked)
      name!: string;
    }
    class Empty {}
    const schemas = (type: Class) => () => schemaOf(type);
    expect(schemas(Unnamed)).toThrow('Unnamed.lines: say with ObjectOf or ListOf');
    expect(schemas(Asks)).toThrow('Asks.name: asked is asynchronous');
    expect(validateBody(Empty, {})).toEqual([
      { code: 'unjudged', pointer: '', message: 'cannot be judged' },
    ]);
  });
});

describe('a value that no JSON is', () => {
  const deep = (levels: number): object => {
    let value: object = {};
    for (let level = 0; level < levels; level++) value = { name: 'ab', lines: [value] };
    return value;
  };

  it('is refused before it exhausts the stack', () => {
    const circle: { name: string; lines: unknown[] } = { name: 'ab', lines: [] };
    circle.lines.push(circle);
    const list: unknown[] = [];
    list.push(list);
    for (const value of [circle, deep(100_000), { ...RIGHT, head: list }])
      expect(validateBody('amount' in value ? Stock : Line, value)).toMatchObject([
        { code: 'json-too-deep', pointer: '' },
      ]);
  });
});
