import { readFileSync } from 'node:fs';
import type { OutgoingRecord } from '../../libs/contract/messages/records.js';
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
  readonly ingest: 'usage' | 'investment';
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
  ingest: 'usage',
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

/** How long a request is, how it is packed and who sends it are matters of HTTP; what is in its body is not. */
const isAboutBody = ({ as, generate, headers = {} }: BadInput): boolean =>
  as === undefined &&
  !generate?.startsWith('large') &&
  Object.keys(headers).every((name) => name === 'content-type');

/** The HTTP corpus as far as it is about usage events: the same bytes, the same codes. */
export const usageRecords = (): readonly SentRecord[] =>
  badInputs()
    .filter((input) => input.subject === 'usage' && isAboutBody(input))
    .map((input) => {
      const agreement = input.change?.['agreement'];
      const elsewhere = typeof agreement === 'string' && /^[a-z-]+$/.test(agreement);
      return {
        name: `${input.line}: ${input.name}`,
        ingest: 'usage',
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

/** The subjects that come by Kafka too; all others, approvals among them, are commands of a person over HTTP. */
const INVESTMENT_TYPES: Readonly<Record<string, string>> = {
  call: 'commitment-ledger.tranche-call.v1',
  funding: 'commitment-ledger.tranche-funding.v1',
  attestation: 'commitment-ledger.milestone-attestation.v1',
};

/**
 * The HTTP corpus as far as it is about investment commands, in binary mode, so that the value is the body to the byte.
 * What is wrong lies below `/data` there, because tranche and milestone are named beside the body and not in a URL.
 */
export const investmentRecords = (): readonly SentRecord[] =>
  badInputs()
    .filter((input) => input.subject in INVESTMENT_TYPES && isAboutBody(input))
    .map((input) => {
      const { code, pointer } = input.expect;
      return {
        name: `${input.line}: ${input.name}`,
        ingest: 'investment',
        isMisplaced: false,
        expect: { code, ...(pointer === undefined ? {} : { pointer: `/data${pointer}` }) },
        id: null,
        record: {
          key: `${TENANT}/${AGREEMENT}`,
          value: bytesOf(input),
          headers: {
            ...PLAIN,
            ce_specversion: '1.0',
            ce_type: INVESTMENT_TYPES[input.subject]!,
            ce_source: 'treasury',
            ce_id: `bad-${input.line}`,
            ce_subject: SUBJECTS[input.subject]!.url.split('/')[3]!,
          },
        },
      };
    });
