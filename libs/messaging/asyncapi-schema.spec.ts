import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { parse } from 'yaml';

interface Example {
  readonly headers: object;
  readonly payload: Readonly<Record<string, unknown>>;
}
interface Message {
  readonly headers?: object;
  readonly examples?: readonly Example[];
}

const text = readFileSync(new URL('./asyncapi.yaml', import.meta.url), 'utf8');
const document = parse(text) as {
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
};

/** Without what ajv knows of JSON Schema itself, which AsyncAPI's schemas bring along. */
const ajvOf = (schema: object, name: string): Ajv => {
  const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false });
  (formats as unknown as (ajv: Ajv) => void)(ajv);
  ajv.addFormat('decimal', true);
  return ajv.addSchema(schema, name);
};

describe('asyncapi.yaml', () => {
  it('is one, by the schemas of the AsyncAPI Initiative', () => {
    const specs = createRequire(import.meta.url)('@asyncapi/specs') as {
      readonly schemas: Readonly<Record<string, object>>;
    };
    const validate = ajvOf(specs.schemas['3.0.0']!, 'asyncapi').getSchema('asyncapi')!;
    void validate(document);
    expect(validate.errors ?? []).toEqual([]);
    void validate({ ...document, channels: [] });
    expect(validate.errors).toMatchObject([{ instancePath: '/channels' }]);
  }, 30_000);

  const ajv = ajvOf(document, 'document');
  const fits = (name: string, part: 'payload' | 'headers', value: unknown): boolean =>
    ajv.getSchema(`document#/components/messages/${name}/${part}`)!(value) as boolean;
  const examples = Object.entries(document.components.messages).flatMap(([name, message]) =>
    (message.examples ?? []).map((example) => ({ name, message, ...example })),
  );

  it('describes its examples', () => {
    expect(examples).toHaveLength(6);
    for (const { name, message, headers, payload } of examples) {
      expect({ name, fits: fits(name, 'payload', payload) }).toEqual({ name, fits: true });
      if (message.headers !== undefined)
        expect({ name, fits: fits(name, 'headers', headers) }).toEqual({ name, fits: true });
    }
  });

  it('describes no message without identity or of another shape', () => {
    for (const { name, payload } of examples) {
      expect(fits(name, 'payload', { ...payload, Unknown: 1 })).toBe(false);
      if (!('specversion' in payload)) continue;
      const wrongs = [{ id: '' }, { source: 'with space' }, { time: 'noon' }, { data: { a: 1 } }];
      for (const wrong of wrongs)
        expect({ name, wrong, fits: fits(name, 'payload', { ...payload, ...wrong }) }).toEqual({
          name,
          wrong,
          fits: false,
        });
      const envelope = Object.fromEntries(
        Object.entries(payload).filter(([member]) => member !== 'data'),
      );
      expect(fits(name, 'payload', envelope)).toBe(false);
      const bytes = { ...envelope, data_base64: 'e30=', traceparent: '00' };
      expect(fits(name, 'payload', bytes)).toBe(true);
    }
  });
});
