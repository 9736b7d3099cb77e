import { request as overHttp, type RequestOptions } from 'node:http';
import { request as overTls } from 'node:https';
import { AddressForbidden, guardedLookup, isForbidden, literalAddress } from './addresses.js';
import type { WebhookPolicy } from './endpoint-url.js';
import { signatureOf } from './signature.js';

/** A message to one endpoint, in one try. */
export interface Outgoing {
  readonly url: string;
  readonly secret: string;
  /** `webhook-id`: the same at every try and to every endpoint, so that a receiver takes it once. */
  readonly id: string;
  readonly body: string;
}

export interface SendResult {
  readonly isDelivered: boolean;
  /** The status that was answered; null: none was. */
  readonly status: number | null;
  /** Why it was not delivered; null: it was. */
  readonly reason: string | null;
}

/** Standard Webhooks recommends 15 to 30 s; a receiver that queues answers in far less. */
const ANSWER_MS_MAX = 15_000;

/** Sends a message once, signed as of now. Follows no redirect, reads no answer but its status, never throws. */
export const send = async (
  outgoing: Outgoing,
  policy: WebhookPolicy,
  timeoutMs = ANSWER_MS_MAX,
): Promise<SendResult> => {
  try {
    const status = await post(outgoing, policy, timeoutMs);
    const isDelivered = status >= 200 && status < 300;
    return { isDelivered, status, reason: isDelivered ? null : `answered ${status}` };
  } catch (error) {
    return { isDelivered: false, status: null, reason: reasonOf(error) };
  }
};

const post = (
  { url: text, secret, id, body }: Outgoing,
  { allowPrivate }: WebhookPolicy,
  timeoutMs: number,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const url = new URL(text);
    const literal = literalAddress(url);
    if (!allowPrivate && (url.protocol !== 'https:' || (literal !== null && isForbidden(literal))))
      return reject(new AddressForbidden(url.hostname));
    const seconds = String(Math.floor(Date.now() / 1_000));
    const options: RequestOptions = {
      method: 'POST',
      // A connection of its own, so that it is looked up and checked each time.
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      ...(allowPrivate ? {} : { lookup: guardedLookup }),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'commitment-ledger',
        'webhook-id': id,
        'webhook-timestamp': seconds,
        'webhook-signature': signatureOf(secret, id, seconds, body),
      },
    };
    const request = (url.protocol === 'https:' ? overTls : overHttp)(url, options, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.on('error', reject);
    request.end(body);
  });

const REASON_MAX = 200;

const reasonOf = (error: unknown): string => {
  // Several addresses were tried: the first failure speaks for all.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { name, message } = first as Partial<Error>;
  if (name === 'TimeoutError' || name === 'AbortError') return 'no answer in time';
  return (message ?? String(first)).slice(0, REASON_MAX);
};
