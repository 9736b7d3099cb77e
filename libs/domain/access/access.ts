/** Every key that a name ever had, by its id. */
export interface Access {
  readonly keys: Readonly<Record<string, 'issued' | 'revoked'>>;
}

export const noAccess: Access = { keys: {} };

export const statusOf = ({ keys }: Access, keyId: string): 'issued' | 'revoked' | 'unknown' =>
  (Object.hasOwn(keys, keyId) ? keys[keyId] : undefined) ?? 'unknown';
