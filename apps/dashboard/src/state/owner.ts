import type { Signed } from '../api/types.js';

let owner: string | null = null;

/**
 * Whether what this page holds was answered to somebody else: another person has signed in since, here or in another tab. Answers
 * are kept by what was asked and not by who asked, so such a page is to be loaded anew.
 */
export const isOfAnother = ({ tenant, name, role }: Signed): boolean => {
  const asks = `${tenant} ${name} ${role}`;
  owner ??= asks;
  return owner !== asks;
};
