/** Default is deny: a role does only what is listed for it. `auditor` reads everything and changes nothing. */
export const ROLES = ['poster', 'operator', 'approver', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks, as the API key says. */
export interface Principal {
  readonly tenant: string;
  /** Goes into every entry as `actor`. */
  readonly name: string;
  readonly role: Role;
  /** Whose key it is: rules of two people compare this. Absent: the name stands for a person of its own. */
  readonly person?: string;
  /** Of which sources it may post usage over HTTP. Absent: of any. */
  readonly sources?: readonly string[];
}
