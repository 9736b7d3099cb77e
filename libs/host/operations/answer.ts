import {
  anyObject,
  boolean,
  integer,
  list,
  named,
  oneOf,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import { WRITE_TROUBLES, type WriteTrouble } from '../../application/database-fault.js';

export const LivenessAnswer = named('LivenessAnswer', { status: oneOf(['live']) });
export type LivenessAnswer = AnswerOf<typeof LivenessAnswer>;

const ReadyProjectionAnswer = named('ReadyProjectionAnswer', {
  name: text(),
  serving: boolean('Built, and not stopped by an event it cannot fold.'),
  lag: integer('Events behind the ledger.'),
  skipped: integer('Events that it lacks, because somebody decided to pass over them.'),
});
export type ReadyProjectionAnswer = AnswerOf<typeof ReadyProjectionAnswer>;

const ReadyRoleAnswer = named('ReadyRoleAnswer', {
  role: oneOf(['api', 'intake', 'publisher', 'projector', 'alerter']),
  ready: boolean(),
  reason: orNull(text(), 'Why it is not ready.'),
  now: anyObject('What it is doing.'),
});

export const ReadinessAnswer = named('ReadinessAnswer', {
  status: oneOf(['ready', 'not-ready']),
  database: oneOf(['reachable', 'unreachable']),
  readable: boolean('Questions can be answered.'),
  writable: boolean(
    'What is sent can be recorded. A full disk is known from the first write that it refused, until there is room.',
  ),
  reason: orNull(
    oneOf(['database-away', ...(Object.keys(WRITE_TROUBLES) as WriteTrouble[])]),
    'Why the database cannot be read or written.',
  ),
  projections: list(ReadyProjectionAnswer),
  roles: list(ReadyRoleAnswer, 'What this process does: the roles asked about.'),
});
/** What a process can do now. */
export type ReadinessAnswer = AnswerOf<typeof ReadinessAnswer>;

export const VersionAnswer = named('VersionAnswer', {
  name: text(),
  version: text(),
  node: text(),
});
export type VersionAnswer = AnswerOf<typeof VersionAnswer>;
