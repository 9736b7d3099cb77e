import type { Access } from './access.js';
import type { AccessEvent } from './events.js';

export const evolve = ({ keys }: Access, { type, body }: AccessEvent): Access => ({
  keys: { ...keys, [body.keyId]: type === 'ApiKeyIssued' ? 'issued' : 'revoked' },
});
