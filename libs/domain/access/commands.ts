import type { AccessEvent } from './events.js';

type Body<Type extends AccessEvent['type']> = Extract<AccessEvent, { type: Type }>['body'];

export type AccessCommand =
  | ({ readonly type: 'IssueApiKey' } & Body<'ApiKeyIssued'>)
  | ({ readonly type: 'RevokeApiKey' } & Body<'ApiKeyRevoked'>);
