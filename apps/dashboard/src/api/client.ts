import createClient from 'openapi-fetch';
import type { paths } from './ledger-api.js';

/** What the api refuses, with its stable code; `unreachable` is ours, where no answer came. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

const UNREACHABLE = () => new ApiProblem(0, 'unreachable', 'The server does not answer.');

const problemOf = (status: number, body: unknown): ApiProblem => {
  const { code, detail } = (body ?? {}) as { code?: string; detail?: string };
  return new ApiProblem(status, code ?? `http-${status}`, detail ?? 'The server did not say why.');
};

const client = createClient<paths>({ baseUrl: window.location.origin });

/** Questions of the api, by the types of its document. */
export const get = client.GET;

/** The answer, or what was refused, thrown. */
export const answerOf = async <Answer>(
  asked: Promise<{ readonly data?: Answer; readonly error?: unknown; readonly response: Response }>,
): Promise<Answer> => {
  const { data, error, response } = await asked.catch(() => {
    throw UNREACHABLE();
  });
  if (data === undefined) throw problemOf(response.status, error);
  return data;
};

/** What signs in and out, of which the document of the api says nothing. */
export const session = async <Answer>(
  method: 'GET' | 'POST' | 'DELETE',
  body?: object,
): Promise<Answer> => {
  const response = await fetch('/session', {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch(() => {
    throw UNREACHABLE();
  });
  const answer: unknown = response.status === 204 ? null : await response.json();
  if (!response.ok) throw problemOf(response.status, answer);
  return answer as Answer;
};
