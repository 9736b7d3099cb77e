import type { AskedCommand } from '../domain/aggregate.js';
import { askedFor, kindOfEvent } from '../domain/aggregates.js';
import type { CommitmentBook } from '../domain/commitment/commitment.js';
import type { DrawdownRecorded } from '../domain/commitment/events.js';
import type { Decision, DecisionContext } from '../domain/decider.js';
import type { DomainCommand, LedgerEvent } from '../domain/events.js';
import { rootOf } from '../domain/ids.js';
import { decodeEvent, encodeBody, schemaVersionOf } from '../ledger/format/codec.js';
import type { Deciders, StreamName } from '../ledger/ledger.js';
import { difference } from './difference.js';
import type { FindingName, Findings } from './finding.js';
import type { CheckedEntry } from './shard-rows.js';
import { reversalFault } from './splits.js';

/** What is wrong with the identity or digest of a request, by the event that was decided of it; null: nothing. */
export type RequestFault = (
  event: LedgerEvent,
  said: Pick<CheckedEntry['said'], 'source' | 'id' | 'digest' | 'effectiveAt' | 'schema'>,
) => string | null;

export interface ReperformerParts {
  readonly shard: number;
  readonly deciders: Deciders;
  readonly findings: Findings;
  readonly requestFault: RequestFault | undefined;
  /** Called with each state that a stream has on its way: of what version, and a way to its text. */
  readonly onState: (streamId: string, version: number, text: () => string) => void;
  /** All states together may come to so many characters; beyond, streams are put off. */
  readonly charsMax: number;
}

/** A stream as its events up to now fold. */
interface Fold {
  state: unknown;
  version: number;
  /** Length of the state as text at some recent version: how much memory the state takes. */
  chars: number;
  /** Of a command with several events: those that must still follow, and the id of the first. */
  readonly owed: LedgerEvent[];
  owedId: string;
  /** The stream has an event that cannot be folded: nothing can be said of those behind it. */
  stopped: boolean;
}

/** A stream whose state did not fit: it is folded by itself, when the shard has been read. */
export interface PutOff {
  readonly name: StreamName;
  readonly streamId: string;
  /** Up to here it was looked at before. */
  readonly version: number;
}

const CHARS_FIRST = 600;
const WEIGHED_EVERY = 1_024;

/**
 * Folds every stream again and decides every request again on what the entries before it fold to, with the deciders that
 * the writers use: what a writer decided on a state that was not the one of its events shows for ever, whatever has
 * become of that state. Give it the entries of a shard in order of position.
 */
export class Reperformer {
  /** How many were decided again, and how many only folded because older rules decided them. */
  decided = 0;
  older = 0;
  /** Ids of streams with an event that cannot be folded. */
  readonly stopped = new Set<string>();
  readonly putOff = new Map<string, PutOff>();
  private readonly folds = new Map<string, Fold>();
  private chars = 0;

  constructor(private readonly parts: ReperformerParts) {}

  /** `original`: of a reversal, what it takes back, as recorded before; null: there is no such drawdown. */
  entry(checked: CheckedEntry, original: DrawdownRecorded['body'] | null): void {
    const { stream, said } = checked;
    if (kindOfEvent(said.type) !== stream.kind) return this.stop(checked);
    if (this.putOff.has(keyOf(stream))) return;
    const fold = this.foldOf(stream);
    if (fold.stopped) return;
    const event = this.decode(checked);
    if (event === null) return this.stop(checked);
    const fault = this.parts.requestFault?.(event, said) ?? null;
    if (fault !== null) this.add('request-mismatch', checked.position, fault);
    this.decide(checked, event, original, fold);
    this.evolve(checked, event, fold);
  }

  /** An entry that was looked at already: it is folded, no more. */
  beside(checked: CheckedEntry): void {
    const fold = this.foldOf(checked.stream);
    try {
      const { said, stream } = checked;
      const envelope = envelopeOf(said, stream);
      const event = decodeEvent(said.type, Number(said.schema), said.body, envelope);
      fold.state = this.parts.deciders[stream.kind].evolve(fold.state, event);
    } catch {
      fold.stopped = true;
    }
  }

  /** After the last entry: commands of which events are missing. */
  end(): void {
    for (const [key, { owed, owedId }] of this.folds) {
      if (owed.length === 0) continue;
      const told = `${key}: of the request ${owedId}, ${owed.length} more events must follow and do not`;
      this.parts.findings.add('decision-mismatch', this.parts.shard, null, told);
    }
  }

  private foldOf(stream: StreamName): Fold {
    const key = keyOf(stream);
    let fold = this.folds.get(key);
    if (fold === undefined) {
      const state = this.parts.deciders[stream.kind].initial as unknown;
      fold = { state, version: 0, chars: CHARS_FIRST, owed: [], owedId: '', stopped: false };
      this.folds.set(key, fold);
      this.chars += CHARS_FIRST;
    }
    return fold;
  }

  private decode({ position, said, stream }: CheckedEntry): LedgerEvent | null {
    try {
      return decodeEvent(said.type, Number(said.schema), said.body, envelopeOf(said, stream));
    } catch (error) {
      this.add('unknown-schema', position, (error as Error).message);
      return null;
    }
  }

  private decide(
    checked: CheckedEntry,
    event: LedgerEvent,
    original: DrawdownRecorded['body'] | null,
    fold: Fold,
  ): void {
    const { said, stream, position } = checked;
    const [owed] = fold.owed;
    if (owed !== undefined) {
      if (said.id.startsWith(`${fold.owedId}#`)) {
        fold.owed.shift();
        this.compare(checked, owed);
        return;
      }
      const told = `${keyOf(stream)}: of the request ${fold.owedId}, ${fold.owed.length} more events must come before this one`;
      this.add('decision-mismatch', position, told);
      fold.owed.length = 0;
    }
    // Entries of an older schema were decided by the rules of then; what they say stands.
    if (Number(said.schema) < schemaVersionOf(said.type)) {
      this.older += 1;
      if (event.type === 'DrawdownReversed') {
        const fault = reversalFault(event.body, original, fold.state as CommitmentBook);
        if (fault !== null) this.add('split-mismatch', position, fault);
      }
      return;
    }
    const asked = askedFor(event, original);
    if (asked === null) {
      this.add('decision-mismatch', position, `${said.type} stands alone: nobody asks for it`);
      return;
    }
    const beside = this.agreementOf(stream);
    if (beside?.stopped === true) return;
    this.decided += 1;
    const decision = this.again(checked, asked, fold.state, beside?.state);
    if (typeof decision === 'string') {
      this.add('decision-mismatch', position, decision);
      return;
    }
    const [first, ...rest] = decision;
    if (first === undefined) {
      const told = `${said.type}: decided again on the entries before it, there is nothing to record`;
      this.add('decision-mismatch', position, told);
      return;
    }
    this.compare(checked, first);
    fold.owed.push(...rest);
    fold.owedId = said.id;
  }

  /** The events, or why there are none. */
  private again(
    { said, stream }: CheckedEntry,
    { command, person }: AskedCommand<DomainCommand>,
    state: unknown,
    beside: unknown,
  ): readonly LedgerEvent[] | string {
    const context: DecisionContext = {
      now: said.recordedAt,
      effectiveAt: said.effectiveAt,
      actor: person ?? said.actor,
    };
    let decision: Decision<LedgerEvent>;
    try {
      decision = this.parts.deciders[stream.kind].decide(
        command,
        state,
        context,
        beside,
      ) as Decision<LedgerEvent>;
    } catch (error) {
      return `${said.type}: cannot be decided again: ${(error as Error).message}`;
    }
    if (decision.outcome === 'rejected') {
      const { name, facts } = decision.rejection;
      return `${said.type}: decided again on the entries before it, it is refused: ${name} ${JSON.stringify(facts)}`;
    }
    return decision.events;
  }

  /** Commitments and investments are decided beside the agreement that they belong to. */
  private agreementOf(stream: StreamName): Pick<Fold, 'state' | 'stopped'> | undefined {
    if (stream.kind !== 'commitment' && stream.kind !== 'investment') return undefined;
    const agreement = { ...stream, kind: 'agreement' as const, key: rootOf(stream.key) };
    const nothingYet = { state: this.parts.deciders.agreement.initial as unknown, stopped: false };
    return this.folds.get(keyOf(agreement)) ?? nothingYet;
  }

  private compare({ position, text, said, stream }: CheckedEntry, event: LedgerEvent): void {
    const body = encodeBody(event, envelopeOf(said, stream));
    const from = text.indexOf(BODY) + BODY.length;
    if (
      event.type === said.type &&
      text.startsWith(body, from) &&
      text.startsWith(BEHIND_BODY, from + body.length)
    )
      return;
    const told = difference(said, event.type, JSON.parse(body) as Record<string, unknown>);
    this.add('decision-mismatch', position, told);
  }

  private evolve(checked: CheckedEntry, event: LedgerEvent, fold: Fold): void {
    const { stream, streamId, said } = checked;
    const decider = this.parts.deciders[stream.kind];
    try {
      fold.state = decider.evolve(fold.state, event);
    } catch (error) {
      const told = `${said.type} cannot be folded: ${(error as Error).message}`;
      this.add('decision-mismatch', checked.position, told);
      return this.stop(checked);
    }
    fold.version = Number(said.version);
    const { state } = fold;
    this.parts.onState(streamId, fold.version, () => decider.encode(state));
    if (fold.version % WEIGHED_EVERY === 0) this.weigh(fold, decider.encode(state).length);
    const isTooMuch = this.chars > this.parts.charsMax;
    if (isTooMuch && stream.kind !== 'agreement' && fold.owed.length === 0) {
      this.chars -= fold.chars;
      this.folds.delete(keyOf(stream));
      this.putOff.set(keyOf(stream), { name: stream, streamId, version: fold.version });
    }
  }

  private weigh(fold: Fold, chars: number): void {
    this.chars += chars - fold.chars;
    fold.chars = chars;
  }

  private stop({ stream, streamId }: CheckedEntry): void {
    this.stopped.add(streamId);
    if (Object.hasOwn(this.parts.deciders, stream.kind)) this.foldOf(stream).stopped = true;
  }

  private add(name: FindingName, position: number, detail: string): void {
    this.parts.findings.add(name, this.parts.shard, position, detail);
  }
}

const BODY = ',"body":';
const BEHIND_BODY = ',"digest":"';

const keyOf = ({ tenant, kind, key }: StreamName): string => `${tenant} ${kind}:${key}`;

const envelopeOf = (
  { source, id, effectiveAt }: CheckedEntry['said'],
  { key }: StreamName,
): { key: string; source: string; id: string; effectiveAt: string } => ({
  ...{ key, source, id, effectiveAt },
});
