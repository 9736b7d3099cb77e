import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RunningApi } from '../api/running-api.js';

export const run = promisify(execFile);

/** What a program of tests/clients is told of the api. */
export const environment = ({ base, keys }: RunningApi): Readonly<Record<string, string>> => ({
  LEDGER_URL: base,
  KEY_OPERATOR: keys.operator,
  KEY_APPROVER: keys.approver,
  KEY_POSTER: keys.poster,
  KEY_AUDITOR: keys.auditor,
});

/** What every one of them must have seen. */
export const SEEN = {
  replayed: 'true',
  stale: 'version-stale',
  amended: ['CommitmentAmended'],
  single: ['recorded', '100.5'],
  batch: { recorded: 2, duplicate: 1, parked: 0, refused: 0, retry: 0 },
  event: 'recorded',
  burnDown: [
    { amount: '1000', currency: 'USD' },
    { amount: '124.75', currency: 'USD' },
    { amount: '7', currency: 'USD' },
  ],
  minimums: ['400', '500'],
  commitments: ['generated.cloud'],
  stages: [['funded']],
  funded: 1,
};
