import { describe, expect, it } from '@jest/globals';
import { within } from './within.js';

const never = new Promise<string>(() => undefined);
const refuse = (): never => {
  throw new Error('too late');
};

describe('a limit on waiting for an answer', () => {
  it('gives the answer that came in time, and its error', async () => {
    await expect(within(1_000, Promise.resolve('answer'), refuse)).resolves.toBe('answer');
    const broken = Promise.reject<string>(new Error('broken'));
    await expect(within(1_000, broken, () => 'late')).rejects.toThrow('broken');
  });

  it('gives what stands for an answer that did not come, or throws', async () => {
    await expect(within(5, never, () => 'late')).resolves.toBe('late');
    await expect(within(-1, never, refuse)).rejects.toThrow('too late');
  });

  it('lets work fail afterwards without anybody noticing', async () => {
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<string>((_, reject) => (fail = reject));
    await expect(within(1, work, () => 'late')).resolves.toBe('late');
    fail(new Error('nobody listens'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
