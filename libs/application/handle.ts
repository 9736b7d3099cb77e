import { streamOf } from '../domain/aggregates.js';
import type { Instant } from '../domain/decider.js';
import type { DomainCommand } from '../domain/events.js';
import type {
  ExpectedVersion,
  Ledger,
  Outcome,
  StreamName,
  StreamReader,
  Submission,
} from '../ledger/ledger.js';
import { missingReference } from './references.js';

/** A command with who asks, when it took effect, and the identity under which it counts once. */
export interface CommandEnvelope {
  readonly tenant: string;
  readonly actor: string;
  /** Who that is, where several names may be of one person. Absent: the actor. */
  readonly person?: string | undefined;
  /** `source` + `id` is the identity of the request within the tenant, for ever. */
  readonly source: string;
  readonly id: string;
  /** SHA-256 (hex) of what was asked. */
  readonly digest: string;
  readonly effectiveAt: Instant;
  readonly expectedVersion: ExpectedVersion;
  readonly command: DomainCommand;
}

/** Hands a command to the ledger, by whatever way: directly, or through the CommandBus. */
export type Decide = (envelope: CommandEnvelope) => Promise<Outcome>;

interface Target {
  readonly stream: StreamName;
  readonly alongside: StreamName | null;
}

/** Which stream decides a command, and which neighbour's state it may read. */
export const targetOf = (tenant: string, command: DomainCommand): Target => {
  const { kind, key, agreementKey } = streamOf(command);
  return {
    stream: { tenant, kind, key },
    alongside: agreementKey === null ? null : { tenant, kind: 'agreement', key: agreementKey },
  };
};

const toSubmission = (envelope: CommandEnvelope): Submission => ({
  ...targetOf(envelope.tenant, envelope.command),
  source: envelope.source,
  id: envelope.id,
  digest: envelope.digest,
  actor: envelope.actor,
  person: envelope.person,
  effectiveAt: envelope.effectiveAt,
  expectedVersion: envelope.expectedVersion,
  command: envelope.command,
});

/**
 * Load, fold, decide, append: the ledger does it in one place for every aggregate; this says where. Every channel's
 * commands come through here, so that what they name is looked up for all of them. Commands that name nothing else are
 * submitted in this very turn: those of a batch are decided in its order.
 */
export const handle = (
  ledger: Ledger & StreamReader,
  envelope: CommandEnvelope,
): Promise<Outcome> => {
  const looked = missingReference(ledger, envelope.tenant, envelope.command);
  if (looked === null) return ledger.submit(toSubmission(envelope));
  return looked.then((missing) => ledger.submit({ ...toSubmission(envelope), missing }));
};
