import { describe, expect, it } from '@jest/globals';
import { LINK_MS, SESSION_MS, Sessions } from './sessions.js';

const clocked = () => {
  const clock = { now: 1_000 };
  return { clock, sessions: new Sessions(() => clock.now) };
};

describe('a session', () => {
  it('stands for its key until its time is over', () => {
    const { clock, sessions } = clocked();
    const { text, until } = sessions.begin('cl_one');
    expect(sessions.find(text)).toEqual({ key: 'cl_one', until: 1_000 + SESSION_MS });
    clock.now = until - 1;
    expect(sessions.find(text)?.key).toBe('cl_one');
    clock.now = until;
    expect(sessions.find(text)).toBeNull();
    clock.now = 0;
    expect(sessions.find(text)).toBeNull();
  });

  it('says nothing of its key, and no two are alike', () => {
    const { sessions } = clocked();
    const texts = [1, 2, 3].map(() => sessions.begin('cl_one').text);
    expect(new Set(texts).size).toBe(3);
    for (const text of texts) expect(text).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('ends when it is told to, and others do not', () => {
    const { sessions } = clocked();
    const [one, other] = [sessions.begin('cl_one'), sessions.begin('cl_one')];
    sessions.end(one.text);
    expect([sessions.find(one.text), sessions.find(other.text)?.key]).toEqual([null, 'cl_one']);
  });

  it('makes the oldest of the same key end when there are too many, and none of another', () => {
    const { sessions } = clocked();
    const other = sessions.begin('cl_other');
    const texts = Array.from({ length: 33 }, () => sessions.begin('cl_one').text);
    expect(texts.map((text) => sessions.find(text) !== null)).toEqual([
      false,
      ...Array.from({ length: 32 }, () => true),
    ]);
    expect(sessions.find(other.text)?.key).toBe('cl_other');
  });
});

describe('a one-time link', () => {
  it('gives its key once, and is no session', () => {
    const { sessions } = clocked();
    const { text } = sessions.link('cl_one');
    expect(sessions.find(text)).toBeNull();
    expect(sessions.redeem(text)).toBe('cl_one');
    expect(sessions.redeem(text)).toBeNull();
  });

  it('gives none when its time is over', () => {
    const { clock, sessions } = clocked();
    const { text } = sessions.link('cl_one');
    clock.now += LINK_MS;
    expect(sessions.redeem(text)).toBeNull();
  });
});
