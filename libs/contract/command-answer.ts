import {
  anyObject,
  instant,
  integer,
  list,
  named,
  orNull,
  text,
  type AnswerOf,
} from '../answers/schema.js';

const RecordedEventAnswer = named('RecordedEventAnswer', {
  type: text(undefined, { example: 'AgreementProposed' }),
  version: integer('Version of the stream after it.'),
  shard: integer(),
  position: integer('Gapless within the shard.'),
  hash: text('SHA-256 of the entry, hexadecimal.'),
  recordedAt: instant(),
  effectiveAt: instant(),
  body: anyObject('What was decided.'),
});
export type RecordedEventAnswer = AnswerOf<typeof RecordedEventAnswer>;

export const CommandAnswer = named('CommandAnswer', {
  id: text('The full id of what it is about.'),
  version: integer('Version of the stream: its events are counted.'),
  termsVersion: orNull(
    integer(),
    'Version of the terms that it left, also the ETag: for If-Match of what changes them next. Null: there was ' +
      'nothing to do.',
  ),
  shard: orNull(integer(), 'Null: there was nothing to do.'),
  position: orNull(integer(), 'For `minPosition` of the views.'),
  events: list(RecordedEventAnswer),
});
/** What a command did. A repeat of the same request gets the same answer. */
export type CommandAnswer = AnswerOf<typeof CommandAnswer>;
