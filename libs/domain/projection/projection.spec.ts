import { describe, expect, it } from '@jest/globals';
import { deciders } from '../aggregates.js';
import { given as givenOf } from '../testing/given.js';
import type { ProjectionEvent } from './events.js';
import { isSkipOf, skipKey } from './projection.js';

const given = givenOf(deciders.projection, undefined);

const body = {
  view: 'burn-down',
  version: 4,
  shard: 2,
  position: 118,
  hash: 'ab'.repeat(32),
  error: 'no such period',
  reason: 'known defect, mended in the next version',
} as const;
const skipped: ProjectionEvent = { type: 'ProjectionEventSkipped', body };
const skip = { type: 'SkipProjectionEvent', ...body } as const;

describe('passing over an event that a view cannot fold', () => {
  it('is on record with the event, what the fold said, and why', () => {
    given().when(skip).then(skipped);
  });

  it('is on record once, whatever is said the second time', () => {
    given(skipped).when(skip).then();
    given(skipped)
      .when({ ...skip, reason: 'another reason', error: 'another error' })
      .then();
  });

  it('is decided again where another entry stands in its place', () => {
    const other = { ...body, hash: 'cd'.repeat(32) };
    given(skipped)
      .when({ type: 'SkipProjectionEvent', ...other })
      .then({ type: 'ProjectionEventSkipped', body: other });
  });

  it.each([
    { view: 'circularity' },
    { version: 5 },
    { shard: 3 },
    { position: 119 },
    { hash: 'cd'.repeat(32) },
  ])('is of one entry and one version of one view: not of %j', (changed) => {
    expect(isSkipOf(body, body)).toBe(true);
    expect(isSkipOf(body, { ...body, ...changed })).toBe(false);
  });

  it('has a stream of its own', () => {
    expect(skipKey(body)).toBe('burn-down.4.2.118');
  });
});
