import { readFileSync } from 'node:fs';
import type { OutgoingRecord } from '../../libs/messaging/ports.js';
import { badInputs, bytesOf, SUBJECTS, type BadInput } from './subjects.js';

type HeaderText = string | readonly string[] | { readonly base64: string };

interface RecordCase {
  readonly line: number;
  readonly name: string;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, HeaderText>>;
  readonly value?: string | null;
  readonly text?: string;
  readonly base64?: string;
  readonly generate?: 'rubbish' | 'nested' | 'digits';
  readonly partition?: 'next';
  readonly timestamp?: 0 | 'ahead';
  readonly id?: string;
  readonly legal?: true;
  readonly expect?: { readonly code: string; readonly pointer: string };
}

/** A record and what has to become of it. */
export interface SentRecord {
  readonly name: string;
  readonly record: OutgoingRecord;
  /** On the partition after the key's own. */
  readonly isMisplaced: boolean;
  /** Null: it is legal, and recorded under `id`. */
  readonly expect: { readonly code: string; readonly pointer?: string } | null;
  readonly id: string | null;
}

const TENANT = 'acme';
const AGREEMENT = 'amazon-anthropic';
const PLAIN = { 'content-type': 'application/json' };

const GENERATED = {
  rubbish: () => 'x'.repeat(990_000),
  nested: () => '['.repeat(500_000),
  digits: () => '9'.repeat(900_000),
} as const;

const valueOf = ({ value, text, base64, generate, id }: RecordCase): OutgoingRecord['value'] => {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  if (generate !== undefined) return GENERATED[generate]();
  if (value !== undefined) return value;
  return text ?? JSON.stringify({ ...SUBJECTS['usage']!.body, ...(id ? { id } : {}) });
};

const headerOf = (text: HeaderText): string | Buffer | readonly string[] =>
  typeof text === 'object' && 'base64' in text ? Buffer.from(text.base64, 'base64') : text;

const HALF_AN_HOUR_MS = 30 * 60 * 1000;

const toSent = (given: RecordCase): SentRecord => ({
  name: `${given.line}: ${given.name}`,
  isMisplaced: given.partition === 'next',
  expect: given.expect ?? null,
  id: given.id ?? null,
  record: {
    key: given.key === undefined ? `${TENANT}/${AGREEMENT}` : given.key,
    value: valueOf(given),
    headers: Object.fromEntries(
      Object.entries(given.headers ?? PLAIN).map(([name, text]) => [name, headerOf(text)]),
    ),
    ...(given.timestamp === undefined
      ? {}
      : { timestampMs: given.timestamp === 0 ? 0 : Date.now() + HALF_AN_HOUR_MS }),
  },
});

/** What Kafka has and HTTP has not. */
export const kafkaRecords = (): readonly SentRecord[] => {
  const text = readFileSync(new URL('./kafka-records.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { cases: RecordCase[] }).cases.map(toSent);
};

/** How long a request is and how it is packed are matters of HTTP; what is in a usage event is not. */
const isAboutUsage = ({ subject, as, generate, headers = {} }: BadInput): boolean =>
  subject === 'usage' &&
  as === undefined &&
  !generate?.startsWith('large') &&
  Object.keys(headers).every((name) => name === 'content-type');

/** The HTTP corpus as far as it is about usage events: the same bytes, the same codes. */
export const usageRecords = (): readonly SentRecord[] =>
  badInputs()
    .filter(isAboutUsage)
    .map((input) => {
      const agreement = input.change?.['agreement'];
      const elsewhere = typeof agreement === 'string' && /^[a-z-]+$/.test(agreement);
      return {
        name: `${input.line}: ${input.name}`,
        isMisplaced: false,
        expect: input.expect,
        id: null,
        record: {
          key: `${TENANT}/${elsewhere ? agreement : AGREEMENT}`,
          value: bytesOf(input),
          headers: { ...PLAIN, ...input.headers } as Record<string, string>,
        },
      };
    });
