import type { DrawdownRecorded } from './commitment/events.js';
import type { Decider } from './decider.js';
import type { ReferenceKind } from './references.js';
import type { RefusalTable } from './refusal.js';

/** What the rest of the product knows about one aggregate. Its members name every command, event and refusal of it. */
export interface Aggregate<
  Command extends Typed,
  Event extends Typed & { readonly body: object },
  State,
  Alongside = unknown,
> {
  readonly decider: Decider<Command, Event, State, Alongside>;
  /** The key of the stream that decides a command, among those of its kind. */
  streamOf(command: Command): string;
  /** The agreement whose state a decision may read besides its own, in the same shard. Null: decisions need none. */
  readonly agreementOf: ((command: Command) => string) | null;
  /** What each command names besides what it is about, and that must be there: agreed or registered before. */
  readonly references: {
    readonly [Type in Command['type']]: readonly NamedIn<Extract<Command, { type: Type }>>[];
  };
  readonly changesTerms: ChangesTerms<Event>;
  /** The request that each event answers, so that deciding it again must give the same event. */
  readonly askedBy: {
    readonly [Type in Event['type']]: AskedBy<Extract<Event, { type: Type }>['body'], Command>;
  };
  readonly refusals: RefusalTable;
}

interface Typed {
  readonly type: string;
}

/** A member of a command that holds the id of something, of which kind. */
interface NamedIn<Command> {
  readonly kind: ReferenceKind;
  readonly member: Exclude<keyof Command, 'type'> & string;
}

/**
 * Which events change what was agreed. A thing's terms have the version that says how many of these there were: one count
 * for a party with its relations, an agreement with its links, each commitment by itself, and an investment with its
 * milestones and tranches, because a gate of one names the others. Usage, reversals, payments, claims that nobody has
 * approved, notes and documents are no terms: somebody who amends does not mind them.
 */
export type ChangesTerms<Event extends Typed> = Readonly<Record<Event['type'], boolean>>;

/** `version`, or the next one. */
export const termsVersionAfter = <Event extends Typed>(
  changesTerms: ChangesTerms<Event>,
  version: number,
  { type }: Event,
): number => (changesTerms[type as Event['type']] ? version + 1 : version);

/** A request, as far as the event that was decided of it says. */
export interface AskedCommand<Command> {
  readonly command: Command;
  /** The person who asked, where the decision depends on it. */
  readonly person: string | null;
}

/**
 * The command's name, where the event's body has all its members; else what makes the request of the body. Null: the event
 * follows another one of the same command, and nobody asks for it alone.
 */
type AskedBy<Body, Command extends Typed> =
  | Covering<Body, Command>
  | ((body: Body, original: DrawdownRecorded['body'] | null) => AskedCommand<Command>)
  | null;

type Covering<Body, Command extends Typed> = Command extends Typed
  ? Body extends Omit<Command, 'type'>
    ? Command['type']
    : never
  : never;
