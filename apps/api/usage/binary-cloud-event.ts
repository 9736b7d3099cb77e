import { Problem } from '../../../libs/contract/problem.js';

const PREFIX = 'ce-';

/**
 * CloudEvents HTTP binding, binary mode: attributes are `ce-` headers (percent-encoded), the body is the data. A
 * request without such headers is passed on as it is.
 */
export const fromHeaders = (
  headers: Readonly<Record<string, string | undefined>>,
  body: unknown,
): unknown => {
  const attributes = Object.entries(headers).filter(([name]) => name.startsWith(PREFIX));
  if (attributes.length === 0) return body;
  return {
    specversion: undefined,
    ...Object.fromEntries(
      attributes.map(([name, value]) => [name.slice(PREFIX.length), decoded(name, value ?? '')]),
    ),
    data: body,
  };
};

const decoded = (name: string, value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new Problem(
      400,
      'cloud-event-malformed',
      `the header ${name} is not percent-encoded UTF-8`,
    );
  }
};
