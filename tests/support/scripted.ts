import { createHash } from 'node:crypto';
import type { DomainCommand } from '../../libs/domain/events.js';
import type { AnyDecider, Deciders, StreamName, Submission } from '../../libs/ledger/ledger.js';

/** What a scripted command does: as many events as it has texts, or a refusal, or a fault. */
export interface Script {
  readonly texts?: readonly string[];
  readonly refuse?: string;
  readonly fault?: string;
  /** Refused unless the neighbour (alongside) has this many events. */
  readonly neighbours?: number;
  /** Refused when the stream already has events: "may happen once". */
  readonly once?: boolean;
  /** Type of its events. */
  readonly type?: string;
}

interface Count {
  readonly events: number;
}

/** A decider that does what the command says, and counts: for what the ledger does with any decision. */
const scripted: AnyDecider = {
  initial: { events: 0 },
  decide: (command: { readonly script: Script }, state: Count, _context, alongside?: Count) => {
    const { texts = [], refuse, fault, neighbours, once, type = 'AgreementNoted' } = command.script;
    if (fault !== undefined) throw new Error(fault);
    const refusal =
      refuse ??
      (once && state.events > 0 ? 'HappenedAlready' : undefined) ??
      (neighbours !== undefined && alongside?.events !== neighbours
        ? 'NeighbourMissing'
        : undefined);
    if (refusal !== undefined)
      return { outcome: 'rejected', rejection: { name: refusal, facts: { events: state.events } } };
    return { outcome: 'accepted', events: texts.map((text) => ({ type, body: { text } })) };
  },
  termsVersion: (_command, { events }: Count) => events,
  evolve: (state: Count) => ({ events: state.events + 1 }),
  encode: (state: Count) => JSON.stringify(state),
  decode: (text: string) => JSON.parse(text) as Count,
};

export const scriptedDeciders: Deciders = {
  party: scripted,
  agreement: scripted,
  commitment: scripted,
  investment: scripted,
  access: scripted,
  projection: scripted,
  'alert-rules': scripted,
};

export const stream = (key: string, kind: StreamName['kind'] = 'commitment'): StreamName => ({
  tenant: 'acme',
  kind,
  key,
});

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Says `id` once in the stream `deal`, unless told otherwise. */
export const say = (
  id: string,
  script: Script = {},
  changed: Partial<Submission> = {},
): Submission => ({
  stream: stream('deal'),
  alongside: null,
  source: 'billing',
  id,
  digest: sha256(JSON.stringify([id, script])),
  actor: 'alice',
  effectiveAt: '2026-03-15T00:00:00.000000Z',
  expectedVersion: null,
  command: { type: 'Say', script: { texts: [id], ...script } } as unknown as DomainCommand,
  ...changed,
});
