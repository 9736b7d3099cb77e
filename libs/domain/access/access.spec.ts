import { describe, it } from '@jest/globals';
import { deciders } from '../aggregates.js';
import { given as givenOf } from '../testing/given.js';
import type { AccessEvent } from './events.js';

const given = givenOf(deciders.access, undefined);

const key = {
  name: 'ann-laptop',
  keyId: '00ff',
  role: 'approver',
  person: 'ann',
  sources: null,
} as const;
const issued: AccessEvent = { type: 'ApiKeyIssued', body: key };
const issue = { type: 'IssueApiKey', ...key } as const;
const gone = { name: 'ann-laptop', keyId: '00ff' } as const;
const revoked: AccessEvent = { type: 'ApiKeyRevoked', body: gone };
const revoke = { type: 'RevokeApiKey', ...gone } as const;

describe('a key', () => {
  it('is on record with whose it is and what it may do', () => {
    given().when(issue).then(issued);
    const feed = { ...key, keyId: '01', sources: ['billing/aws'] };
    given(issued)
      .when({ type: 'IssueApiKey', ...feed })
      .then({ type: 'ApiKeyIssued', body: feed });
  });

  it('is on record once, and not again when it has ended', () => {
    given(issued).when(issue).then();
    given(issued, revoked).when(issue).then();
  });

  it('ends once, each of a name for itself', () => {
    given(issued).when(revoke).then(revoked);
    given(issued, revoked).when(revoke).then();
    const other = { ...gone, keyId: '01' };
    given(issued, revoked)
      .when({ type: 'RevokeApiKey', ...other })
      .then({ type: 'ApiKeyRevoked', body: other });
  });

  it('that was made before there was a record still ends on it', () => {
    given().when(revoke).then(revoked);
  });
});
