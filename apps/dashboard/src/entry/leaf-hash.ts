/** SHA-256 over a zero byte and the text, as the ledger hashes an entry, in hex. Empty where the browser computes none. */
export const leafHash = async (text: string): Promise<string> => {
  const { subtle } = globalThis.crypto;
  if ((subtle as SubtleCrypto | undefined) === undefined) return '';
  const digest = await subtle.digest('SHA-256', new TextEncoder().encode(`\0${text}`));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};
