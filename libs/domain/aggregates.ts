import { access } from './access/aggregate.js';
import type { Aggregate, AskedCommand } from './aggregate.js';
import { alertRules } from './alert-rules/aggregate.js';
import { agreement } from './agreement/aggregate.js';
import { commitment } from './commitment/aggregate.js';
import type { DrawdownRecorded } from './commitment/events.js';
import type { DomainCommand, LedgerEvent, StreamKind } from './events.js';
import { investment } from './investment/aggregate.js';
import { party } from './party/aggregate.js';
import { projection } from './projection/aggregate.js';
import type { Reference } from './references.js';
import type { RefusalKind } from './refusal.js';

/** Everything that can be in the ledger, by the kind of stream it stands in: the one list. */
export const aggregates = {
  party,
  agreement,
  commitment,
  investment,
  access,
  projection,
  'alert-rules': alertRules,
} satisfies Readonly<Record<StreamKind, unknown>>;

type AnyAggregate = Aggregate<DomainCommand, LedgerEvent, unknown>;

/** Each was checked against its own commands and events where it is defined; what follows treats all alike. */
const all = aggregates as unknown as Readonly<Record<StreamKind, AnyAggregate>>;

export const STREAM_KINDS = Object.keys(all) as readonly StreamKind[];

type Deciders = { readonly [Kind in StreamKind]: (typeof aggregates)[Kind]['decider'] };

export const deciders = Object.fromEntries(
  STREAM_KINDS.map((kind) => [kind, all[kind].decider]),
) as unknown as Deciders;

const kindsBy = (
  typesOf: (aggregate: AnyAggregate) => Readonly<Record<string, unknown>>,
): ReadonlyMap<string, StreamKind> =>
  new Map(
    STREAM_KINDS.flatMap((kind) => Object.keys(typesOf(all[kind])).map((type) => [type, kind])),
  );

const KIND_OF_COMMAND = kindsBy(({ references }) => references);
const KIND_OF_EVENT = kindsBy(({ askedBy }) => askedBy);

const kindOfCommand = ({ type }: DomainCommand): StreamKind => {
  const kind = KIND_OF_COMMAND.get(type);
  if (kind === undefined) throw new Error(`no aggregate knows ${type}`);
  return kind;
};

/** The kind of stream that events of this type stand in; null: a type of another version, which nothing here can fold. */
export const kindOfEvent = (type: string): StreamKind | null => KIND_OF_EVENT.get(type) ?? null;

/** Whether events of this type change what was agreed. */
export const changesTerms = (type: LedgerEvent['type']): boolean => {
  const kind = kindOfEvent(type);
  return kind !== null && all[kind].changesTerms[type];
};

/** The stream that decides a command, and the key of the agreement whose state it may read; null: none. */
export interface DecidingStream {
  readonly kind: StreamKind;
  readonly key: string;
  readonly agreementKey: string | null;
}

export const streamOf = (command: DomainCommand): DecidingStream => {
  const kind = kindOfCommand(command);
  const { streamOf, agreementOf } = all[kind];
  return {
    kind,
    key: streamOf(command),
    agreementKey: agreementOf === null ? null : agreementOf(command),
  };
};

/** What a command names besides what it is about. */
export const referencesOf = (command: DomainCommand): readonly Reference[] => {
  const named = all[kindOfCommand(command)].references[command.type];
  if (named.length === 0) return NONE;
  const members = command as unknown as Readonly<Record<string, string | null>>;
  return named.flatMap(({ kind, member }) => {
    const id = members[member];
    if (id === undefined) throw new Error(`the command ${command.type} names no ${member}`);
    return id === null ? [] : [{ kind, id, pointer: `/${member}` }];
  });
};

const NONE: readonly Reference[] = [];

/**
 * The request that an event answers. `original`: of a reversal, what it takes back. Null: the event follows another one of
 * the same command, or its type is not known here.
 */
export const askedFor = (
  event: LedgerEvent,
  original: DrawdownRecorded['body'] | null,
): AskedCommand<DomainCommand> | null => {
  const kind = kindOfEvent(event.type);
  const asked = kind === null ? null : all[kind].askedBy[event.type];
  if (asked === null) return null;
  if (typeof asked === 'function') return asked(event.body as never, original);
  return { command: { ...event.body, type: asked } as DomainCommand, person: null };
};

/** By the refusal's name; a name that two aggregates use is of the same kind in both. */
export const REFUSAL_KINDS: ReadonlyMap<string, RefusalKind> = new Map(
  STREAM_KINDS.flatMap((kind) =>
    Object.entries(all[kind].refusals).map(([name, refusal]) => [name, refusal.kind]),
  ),
);
