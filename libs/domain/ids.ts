/**
 * Ids say where a thing lives, so that no lookup is needed to route: an agreement is `amazon-anthropic`, its
 * commitments and investments are `amazon-anthropic.cloud`, an investment's tranches and milestones are
 * `amazon-anthropic.equity.tranche-1`. Each part is a code chosen by the user.
 */
export const CODE = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const CODE_RULE =
  'lower-case letters, digits, "-" and "_", 1 to 63 characters, starting with a letter or digit';

export const isCode = (text: string): boolean => CODE.test(text);

/** The agreement (or party) that an id belongs to: its first part. */
export const rootOf = (id: string): string => {
  const dot = id.indexOf('.');
  return dot < 0 ? id : id.slice(0, dot);
};

/** The id without its last part: the investment of a tranche, the agreement of a commitment. */
export const parentOf = (id: string): string => id.slice(0, id.lastIndexOf('.'));
