import { describe, expect, it } from '@jest/globals';
import { signatureOf } from './signature.js';

describe('the signature of a message', () => {
  /** Secret, id, time, body and signature of the tests of Standard Webhooks' own libraries. */
  it('is that of the specification', () => {
    const signed = ['msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', '{"test": 2432232314}'] as const;
    const expected = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    expect(signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', ...signed)).toBe(expected);
    expect(signatureOf('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', ...signed)).toBe(expected);
  });
});
