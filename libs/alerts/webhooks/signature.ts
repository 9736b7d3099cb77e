import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/**
 * The header `webhook-signature` of Standard Webhooks: HMAC-SHA256 over id, seconds since 1970 and body, with points between,
 * under the bytes that the secret tells in base64.
 */
export const signatureOf = (secret: string, id: string, seconds: string, body: string): string => {
  const key = Buffer.from(
    secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret,
    'base64',
  );
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
};
