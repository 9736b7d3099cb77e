import type { ChangesTerms } from '../aggregate.js';

// These names and shapes are stored for ever: add, never rename.
export type AccessEvent =
  | {
      readonly type: 'ApiKeyIssued';
      /** `keyId` tells keys of one name apart; the key itself is nowhere. `sources`: what it may post; null: any. */
      readonly body: {
        readonly name: string;
        readonly keyId: string;
        readonly role: string;
        readonly person: string;
        readonly sources: readonly string[] | null;
      };
    }
  | {
      readonly type: 'ApiKeyRevoked';
      readonly body: { readonly name: string; readonly keyId: string };
    };

export const CHANGES_TERMS: ChangesTerms<AccessEvent> = {
  ApiKeyIssued: false,
  ApiKeyRevoked: false,
};
