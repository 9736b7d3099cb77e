import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';

/** The commitments that a rule is about. */
export const inScope = <Of extends { readonly agreementId: string; readonly commitmentId: string }>(
  { agreementId, commitmentId }: AlertRule,
  commitments: readonly Of[],
): readonly Of[] =>
  commitments.filter(
    (each) =>
      (agreementId === null || each.agreementId === agreementId) &&
      (commitmentId === null || each.commitmentId === commitmentId),
  );
