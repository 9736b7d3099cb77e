import { beforeEach, describe, expect, it } from '@jest/globals';
import { handle, type CommandEnvelope } from '../../libs/application/handle.js';
import type { Outcome, Submission } from '../../libs/ledger/ledger.js';
import { issueKey, revokeKeys, type KeyOffice } from './access.js';

const HASH = Buffer.alloc(32, 0xab);
const AT = '2026-01-01T00:00:00.000000Z';

let done: string[];
let submitted: Submission[];
let says: Outcome;
let office: KeyOffice;
beforeEach(() => {
  [done, submitted, says] = [[], [], { outcome: 'appended', entries: [] }];
  const query = async (text: string) => {
    done.push(/^\s*(\w+)/.exec(text)![1]!);
    return { rowCount: 1, rows: [{ hash: HASH, at: AT }] };
  };
  const submit = async (submission: Submission) => {
    submitted.push(submission);
    done.push(submission.command.type);
    return says;
  };
  const decide = (envelope: CommandEnvelope) => handle({ submit } as never, envelope);
  office = { decide, owner: { query } as never, actor: 'cli:ann' };
});

const HOLDER = { tenant: 'acme', name: 'feed', role: 'poster', sources: ['a'] } as const;

describe('a key and its entry', () => {
  it('are made the entry first, so that no key works that is not on record', async () => {
    const key = await issueKey(office, HOLDER);
    expect(done).toEqual(['IssueApiKey', 'INSERT']);
    expect(submitted).toMatchObject([
      {
        stream: { tenant: 'acme', kind: 'access', key: 'feed' },
        actor: 'cli:ann',
        source: 'api-keys',
        command: { name: 'feed', role: 'poster', person: 'feed', sources: ['a'] },
      },
    ]);
    expect(JSON.stringify(submitted)).not.toContain(key);
  });

  it.each(['overloaded', 'unknown'] as const)(
    'are not made when the ledger says %s',
    async (outcome) => {
      says = { outcome };
      await expect(issueKey(office, HOLDER)).rejects.toThrow('No key was made');
      expect(done).toEqual(['IssueApiKey']);
    },
  );

  it('are neither made for a tenant that cannot be one', async () => {
    await expect(issueKey(office, { ...HOLDER, tenant: 'Acme' })).rejects.toMatchObject({
      code: 'tenant-invalid',
    });
    expect(done).toEqual([]);
  });

  it('end the key first, so that what is on record as ended has ended', async () => {
    expect(await revokeKeys(office, 'acme', 'feed')).toBe(1);
    expect(done).toEqual(['UPDATE', 'SELECT', 'RevokeApiKey']);
    expect(submitted).toMatchObject([
      { id: 'RevokeApiKey abababababababab', effectiveAt: AT, command: { name: 'feed' } },
    ]);
    says = { outcome: 'overloaded' };
    await expect(revokeKeys(office, 'acme', 'feed')).rejects.toThrow('The key has ended, but');
  });
});
