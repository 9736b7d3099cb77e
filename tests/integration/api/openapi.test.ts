import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { REFUSAL_KINDS } from '../../../libs/domain/aggregates.js';
import { refusalCode } from '../../../libs/contract/refusal-code.js';
import { badInputs, bytesOf, SUBJECTS } from '../../bad-inputs/subjects.js';
import {
  documentedBy,
  segment,
  type Documented,
  type Json,
  type JsonSchema,
} from './json-schema.js';
import { startApi, type RunningApi } from './running-api.js';

let api: RunningApi;
let text: string;
let document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
};
let documented: Documented;

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: JsonSchema & { readonly pattern?: string; readonly enum?: readonly string[] };
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly headers?: Json; readonly content?: Content }>
  >;
  readonly security: readonly Json[];
}

beforeAll(async () => {
  api = await startApi();
  ({ text, json: document } = await api.send({ method: 'GET', url: '/openapi.json', as: null }));
  documented = documentedBy(document);
}, 60_000);
afterAll(() => api.close(), 60_000);

const operations = (): readonly (readonly [method: string, path: string, Operation])[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [method, path, operation] as const),
  );

/** Everything in the document that is a schema: those of components, bodies, answers, parameters, and what is in them. */
const schemas = (): readonly (readonly [where: string, schema: JsonSchema])[] => {
  const found: (readonly [string, JsonSchema])[] = [];
  const look = (where: string, schema: unknown): void => {
    if (typeof schema === 'boolean') return;
    const { properties, items, additionalProperties, ...rest } = schema as Json;
    found.push([where, schema as JsonSchema]);
    for (const [name, inner] of Object.entries(properties ?? {})) look(`${where}/${name}`, inner);
    if (items !== undefined) look(`${where}/items`, items);
    if (additionalProperties !== undefined) look(`${where}/more`, additionalProperties);
    for (const word of ['allOf', 'anyOf', 'oneOf'])
      for (const inner of (rest[word] ?? []) as unknown[]) look(`${where}/${word}`, inner);
  };
  const content = (where: string, of: Content | undefined): void => {
    for (const [type, { schema }] of Object.entries(of ?? {})) look(`${where} ${type}`, schema);
  };
  for (const [name, schema] of Object.entries(document.components.schemas)) look(name, schema);
  for (const [method, path, { requestBody, responses, parameters }] of operations()) {
    content(`${method} ${path}`, requestBody?.content);
    for (const [status, { content: answered }] of Object.entries(responses))
      content(`${method} ${path} ${status}`, answered);
    for (const { name, schema } of parameters ?? []) look(`${method} ${path} ${name}`, schema);
  }
  return found;
};

describe('the OpenAPI document', () => {
  it('is one, by a linter of others', async () => {
    const problems = await lintFromString({
      source: text,
      absoluteRef: '/openapi.json',
      config: await createConfig({ extends: ['recommended-strict'] }),
    });
    expect(
      problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]),
    ).toEqual([]);
  });

  it('points only to what is there', () => {
    const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference!);
    expect(references.length).toBeGreaterThan(300);
    for (const reference of new Set(references)) {
      const at = reference
        .replace(/^#\//, '')
        .split('/')
        .map((name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'))
        .reduce<unknown>((value, name) => (value as Json | undefined)?.[name], document);
      expect({ reference, at }).toEqual({ reference, at: expect.any(Object) });
    }
  });

  it('says of every value what it is', () => {
    const empty = schemas().filter(
      ([, schema]) =>
        schema.$ref === undefined &&
        (schema.type === undefined
          ? !('allOf' in schema || 'anyOf' in schema || 'not' in schema)
          : schema.type === 'object' &&
            schema.properties === undefined &&
            schema.additionalProperties === undefined),
    );
    expect(empty.map(([where]) => where)).toEqual([]);
    expect(schemas().length).toBeGreaterThan(800);
  });

  it('has one Money, and names for what is answered', () => {
    const money = schemas().filter(
      ([, { properties }]) =>
        Object.keys(properties ?? {})
          .sort()
          .join() === 'amount,currency',
    );
    // The one of requests is above zero.
    expect(money.map(([where]) => where).sort()).toEqual(['Money', 'MoneyBody']);
    for (const [method, path, { responses }] of operations())
      for (const [status, { content }] of Object.entries(responses))
        for (const [type, { schema }] of Object.entries(content ?? {}))
          if (/json$/.test(type) && type !== 'application/x-ndjson')
            expect({ method, path, status, named: schema.$ref !== undefined }).toMatchObject({
              named: true,
            });
  });

  it('gives no member the name of its schema, which generators take for one thing', () => {
    for (const [name, { properties }] of Object.entries(document.components.schemas))
      for (const member of Object.keys(properties ?? {}))
        expect({ name, member: member.toLowerCase() }).not.toEqual({
          name,
          member: name.toLowerCase(),
        });
  });

  it('gives operations names that generators keep, each once, grouped by noun', () => {
    const ids = operations().map(([, , { operationId }]) => operationId);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-zA-Z]+$/);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        ...['proposeAgreement', 'activateAgreement', 'pledgeCommitment', 'amendCommitment'],
        ...['postUsageEvent', 'postUsageBatch', 'getBurnDown', 'getPortfolio', 'listTranches'],
        ...['agreeInvestment', 'agreeTranche', 'fundTranche', 'attestMilestone', 'listEntries'],
      ]),
    );
    for (const [, path, { tags }] of operations()) {
      expect({ path, tags: tags.length }).toEqual({ path, tags: 1 });
      if (path.startsWith('/v1/commitments/')) expect(tags).toEqual(['commitments']);
    }
  });

  it('has no default in requests, which generators take for a member that is always there', () => {
    expect(schemas().filter(([, schema]) => 'default' in schema)).toEqual([]);
  });

  it('refuses members of requests that it does not name', () => {
    const open = (reference: JsonSchema, seen = new Set<string>()): string[] => {
      const name = decodeURIComponent(reference.$ref?.split('/').pop() ?? '');
      if (name === '' || seen.has(name)) return [];
      seen.add(name);
      const schema = document.components.schemas[name];
      if (schema === undefined) return [];
      const inner = [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g)];
      return [
        ...(schema.additionalProperties === false || 'propertyNames' in schema ? [] : [name]),
        ...inner.flatMap(([, $ref]) => open({ $ref: $ref! }, seen)),
      ];
    };
    for (const [method, path, { requestBody }] of operations())
      for (const { schema } of Object.values(requestBody?.content ?? {}))
        expect({ method, path, open: open(schema.items ?? schema) }).toEqual({
          method,
          path,
          open: [],
        });
  });

  it('says what ids, versions and keys look like', () => {
    for (const [method, path, { parameters = [] }] of operations()) {
      const vague = parameters.filter(
        ({ schema }) =>
          schema.type === 'string' && schema.pattern === undefined && schema.enum === undefined,
      );
      expect({ method, path, vague }).toEqual({ method, path, vague: [] });
    }
  });

  it('says how many there are to repeat, wait for or compare', () => {
    for (const [method, path, { responses, security }] of operations()) {
      const headers = (status: string): string[] => Object.keys(responses[status]?.headers ?? {});
      const where = `${method} ${path}`;
      expect([where, headers('405')]).toEqual([where, ['Allow']]);
      if (responses['503']) expect([where, headers('503')]).toEqual([where, ['Retry-After']]);
      if (security.length > 0)
        expect([where, headers('401')]).toEqual([where, ['WWW-Authenticate']]);
      if (responses['412']) {
        const done = responses['201'] ? '201' : '200';
        expect([where, headers(done)]).toEqual([where, ['ETag', 'Idempotent-Replayed']]);
        expect([where, headers('412')]).toEqual([where, ['ETag']]);
      }
    }
  });
});

/** What is refused for more than the value itself: the members beside it, the ledger, or what a pattern has no words for. */
const BEYOND_SCHEMAS: readonly string[] = [
  'end-not-after-start',
  'identity-reused',
  'map-too-large',
  'source-reserved',
  'text-not-normalized',
  // Tag characters, beyond U+FFFF.
  'text-unsafe',
  'unit-missing',
];

describe('the schema of a request', () => {
  const schemaAt = (url: string): string => {
    const template = Object.keys(document.paths).find((path) =>
      new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(url),
    );
    return `/paths/${segment(template!)}/post/requestBody/content/application~1json/schema`;
  };

  it.each(Object.keys(SUBJECTS))('takes %s', (name) => {
    const { url, body } = SUBJECTS[name]!;
    expect(documented.faults(schemaAt(url), body)).toEqual([]);
  });

  it('refuses what the wire refuses', () => {
    const taken = new Set<string>();
    let refused = 0;
    for (const input of badInputs()) {
      const body = input.expect.status === 422 ? jsonOf(bytesOf(input)) : undefined;
      if (body === undefined || input.headers !== undefined) continue;
      if (documented.faults(schemaAt(SUBJECTS[input.subject]!.url), body).length > 0) refused += 1;
      else taken.add(input.expect.code);
    }
    expect(refused).toBeGreaterThan(50);
    const ofDomain = [...REFUSAL_KINDS.keys()].map(refusalCode);
    expect([...taken].filter((code) => !ofDomain.includes(code)).sort()).toEqual(BEYOND_SCHEMAS);
  });
});

const jsonOf = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
};
