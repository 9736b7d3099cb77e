import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { DEAD_LETTER_PARTITIONS, topicNames, topicSpecs } from '../../infra/kafka/topics.js';
import { EXTENSION, USAGE_EVENT_TYPE } from '../contract/messages/cloud-event.js';
import {
  AttestMilestoneBody,
  CallTrancheBody,
  FundTrancheBody,
} from '../contract/investments/bodies.js';
import { instant, path, source, text as textRule } from '../contract/validation/rules.js';
import { EXTENSION_VALUE, SAID_AROUND } from '../contract/usage/usage-cloud-event.js';
import { UsageEventBody } from '../contract/usage/bodies.js';
import type { DrawdownRecorded } from '../domain/commitment/events.js';
import { canonical } from '../ledger/format/canonical.js';
import { drawdownText, readDrawdown } from '../ledger/format/drawdown-text.js';
import { encodeEntry, hashEntry, parseEntry } from '../ledger/format/entry.js';
import { toAlertRecord } from '../contract/messages/alert-messages.js';
import { toDeadLetter } from '../contract/messages/dead-letter.js';
import {
  INVESTMENT_EVENT_TYPES,
  readInvestmentMessage,
} from '../contract/messages/investment-ingest.js';
import { toLedgerMessage } from '../contract/messages/ledger-events.js';
import { readUsageMessage } from '../contract/messages/usage-ingest.js';
import type { IncomingRecord } from '../contract/messages/records.js';
import { schemaOf } from '../contract/validation/schema.js';

interface Message {
  readonly headers?: object;
  readonly payload: { readonly properties?: { readonly type?: { readonly const: string } } };
  readonly examples?: readonly {
    readonly headers: Readonly<Record<string, string>>;
    readonly payload: object;
  }[];
}

interface Headers {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, object>>;
}

interface AsyncApi {
  readonly channels: Readonly<
    Record<
      string,
      {
        readonly address: string;
        readonly bindings?: { readonly kafka: { readonly partitions: number } };
        readonly messages?: Readonly<Record<string, { readonly $ref: string }>>;
      }
    >
  >;
  readonly operations: Readonly<Record<string, { readonly channel: { readonly $ref: string } }>>;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, object>>;
  };
}

/** As much of JSON Schema as the drawdown's uses. */
interface Described {
  readonly properties: Readonly<
    Record<
      string,
      {
        readonly default?: unknown;
        readonly properties?: object;
        readonly items?: Described;
      }
    >
  >;
}

/** Nothing in it can be told without saying it. */
const FULL: DrawdownRecorded['body'] = {
  agreementId: 'another',
  drawdownId: 'another 1',
  effectiveAt: '2026-01-01T08:00:00.000000Z',
  basis: 'billed',
  charge: {
    category: 'purchase',
    currency: 'USD',
    costs: { billed: '6' },
    amount: '6',
    chargedFrom: '2026-01-01T00:00:00.000000Z',
    chargedTo: '2026-01-02T00:00:00.000000Z',
    billedFrom: '2026-01-01T00:00:00.000000Z',
    billedTo: '2026-02-01T00:00:00.000000Z',
    quantity: '1',
    unit: 'Hours',
    attributes: { vendor: 'AWS' },
    tags: { team: 'research' },
  },
  split: { gross: '6', applied: '1', overage: '2', ineligible: '3' },
  lines: [
    {
      ...{ commitmentId: 'deal.pool', period: 1, class: 'gpu', day: '2026-01-01' },
      ...{ applied: '1', overage: '2', ineligible: '3' },
    },
  ],
  trace: [{ commitmentId: 'deal.pool', period: 1, class: 'gpu', fraction: '0.5', rule: 'gpu' }],
};

const text = readFileSync(new URL('./asyncapi.yaml', import.meta.url), 'utf8');
const document = parse(text) as AsyncApi;
const { messages, schemas } = document.components;

const resolve = (ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document);

const KEY = 'demo/amazon-anthropic';
const recordOf = (message: Message): IncomingRecord => {
  const { headers, payload } = message.examples![0]!;
  return {
    offset: 1,
    key: Buffer.from(KEY),
    value: Buffer.from(JSON.stringify(payload)),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]),
    ),
    timestampMs: 0,
  };
};

describe('asyncapi.yaml', () => {
  it('refers to nothing that is not there', () => {
    for (const [, ref] of text.matchAll(/\$ref: '([^']+)'/g)) expect(resolve(ref!)).toBeDefined();
  });

  it('names our topics, and their partitions where these are fixed', () => {
    const addresses = Object.fromEntries(
      Object.entries(document.channels).map(([name, { address }]) => [name, address]),
    );
    expect(addresses).toEqual(topicNames());
    const shards = 7;
    for (const { topic, partitions } of topicSpecs(shards)) {
      const channel = Object.values(document.channels).find(({ address }) => address === topic)!;
      expect(channel.bindings?.kafka.partitions ?? shards).toBe(partitions);
    }
    expect(document.channels['usageDeadLetters']!.bindings!.kafka.partitions).toBe(
      DEAD_LETTER_PARTITIONS,
    );
  });

  it.each([
    ['UsageEvent', UsageEventBody],
    ['TrancheCall', CallTrancheBody],
    ['TrancheFunding', FundTrancheBody],
    ['MilestoneAttestation', AttestMilestoneBody],
  ])('%s is what its body says', (name, type) => {
    expect(schemas[name]).toEqual(schemaOf(type));
  });

  it('UsageEventData is a usage event, of which the attributes around it say a part', () => {
    const { required, ...event } = schemaOf(UsageEventBody);
    expect(schemas['UsageEventData']).toEqual({
      ...event,
      required: (required as readonly string[]).filter((name) => !SAID_AROUND.includes(name)),
    });
  });

  it.each([
    ['Source', source.schema],
    ['EventId', textRule({ max: 128 }).schema],
    ['Instant', instant().schema],
    ['FullId', path(3).schema],
    ['Extension', EXTENSION_VALUE],
    ['AttributeName', { pattern: `${EXTENSION.source}|^data_base64$` }],
  ])('%s is what its rule says', (name, schema) => {
    expect(schemas[name]).toMatchObject(schema!);
  });

  it('gives examples that are taken as they stand', () => {
    for (const [name, message] of Object.entries(messages)) {
      if (message.examples === undefined) continue;
      const read = name.startsWith('usage') ? readUsageMessage : readInvestmentMessage;
      const taken = read(recordOf(message), { partition: 0, partitions: 1 });
      expect(taken).toMatchObject({ tenant: 'demo' });
      expect(taken).not.toHaveProperty('problems');
    }
  });

  it('knows every type of event that comes in', () => {
    const types = Object.values(messages).flatMap(
      ({ payload }) => payload.properties?.type?.const ?? [],
    );
    expect(new Set(types)).toEqual(new Set([USAGE_EVENT_TYPE, ...INVESTMENT_EVENT_TYPES]));
  });

  it('says what a drawdown may leave out, and what is meant then', () => {
    const effectiveAt = '2026-01-02T10:00:00.000000Z';
    const envelope = { key: 'deal', source: 'billing', id: '1', effectiveAt };
    const schema = schemas['DrawdownRecorded'] as Described;
    /** Everything that has a default. */
    const defaults = (of: Described): object =>
      Object.fromEntries(
        Object.entries(of.properties).flatMap(([name, member]) =>
          'default' in member
            ? [[name, member.default]]
            : member.properties === undefined
              ? []
              : [[name, defaults(member as Described)]],
        ),
      );
    const least = { basis: 'billed', charge: { currency: 'USD' }, split: {} };
    const read = readDrawdown(least, envelope);
    expect(read).toMatchObject(defaults(schema));
    const line = { commitmentId: 'deal.pool', period: 0 };
    const items = (name: string): Described => schema.properties[name]!.items!;
    const posted = readDrawdown({ ...least, lines: [line], trace: [line] }, envelope);
    expect(posted.lines).toEqual([{ ...line, day: '2026-01-02', ...defaults(items('lines')) }]);
    expect(posted.effectiveAt).toBe(effectiveAt);
    expect(posted.trace).toEqual([{ ...line, ...defaults(items('trace')) }]);

    // A drawdown in which nothing is left out has the members that are described, and no other.
    const full = JSON.parse(drawdownText(FULL, envelope)) as Readonly<Record<string, object>>;
    const { charge, split } = schema.properties as Readonly<Record<string, Described>>;
    expect([full, full['charge']!, full['split']!].map((each) => Object.keys(each))).toEqual(
      [schema, charge!, split!].map(({ properties }) => Object.keys(properties)),
    );
    for (const name of ['lines', 'trace']) {
      const [first] = full[name] as readonly object[];
      expect(Object.keys(first!)).toEqual(Object.keys(items(name).properties));
    }
  });

  it('names the headers of what goes out', () => {
    const entry = encodeEntry(
      {
        ledger: '0197a1de-0000-7000-8000-000000000001',
        tenant: 'demo',
        shard: 2,
        epoch: 1,
        position: 12,
        prev: 'ab'.repeat(32),
        stream: { tenant: 'demo', kind: 'agreement', key: 'amazon-anthropic' },
        version: 3,
        source: 'idempotency-key',
        id: '1',
        digest: 'cd'.repeat(32),
        schema: 1,
        recordedAt: '2026-11-21T10:18:00.123456Z',
        effectiveAt: '2026-11-21T10:00:00.000000Z',
        actor: 'ops',
        type: 'AgreementActivated',
      },
      canonical({ agreementId: 'amazon-anthropic', activatedAt: '2026-11-21T10:00:00.000000Z' }),
    );
    const sent = toLedgerMessage(parseEntry(entry, hashEntry(entry)), 'ledger');
    const { required: members, properties: described } = schemas['LedgerEntry'] as Headers;
    expect(Object.keys(JSON.parse(entry) as object)).toEqual(members);
    expect(Object.keys(described)).toEqual(members);
    const said = schemas['LedgerEntryHeaders'] as Headers;
    expect([...said.required].sort()).toEqual(Object.keys(sent.headers).sort());
    expect(Object.keys(said.properties)).toEqual(said.required);

    const alert = toAlertRecord(
      {
        ...{ number: 7, tenant: 'demo', id: 'an-id', state: 'firing', ruleId: 'used' },
        ...{ subject: 'deal.cloud', at: '2026-11-28T10:00:00.123456Z', body: '{}' },
      },
      'ledger',
    );
    const alertHeaders = schemas['AlertHeaders'] as Headers;
    expect(alertHeaders.required).toEqual(Object.keys(alert.headers));
    expect(Object.keys(alertHeaders.properties)).toEqual(alertHeaders.required);

    const original = { ...recordOf(messages['usagePlain']!), headers: {} };
    const problem = { code: 'c', pointer: '', message: '' };
    const letter = toDeadLetter(original, { topic: 't', partition: 0 }, problem, null);
    const { required, properties } = schemas['DeadLetterHeaders'] as Headers;
    expect(Object.keys(letter.headers).sort()).toEqual([...required, 'dlq_key'].sort());
    for (const name of Object.keys(letter.headers)) expect(properties).toHaveProperty([name]);
  });
});
