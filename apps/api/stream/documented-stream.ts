import { applyDecorators, type StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { NewsEvent } from '../../../libs/live/news.js';
import { PLACE } from '../../../libs/live/place.js';
import { Problems, QueryParameters, documented } from '../http/documented.js';
import { StreamQuery } from './stream-query.js';

type Streams = <Method extends (...asked: never[]) => Promise<StreamableFile>>(
  target: object,
  name: string,
  method: TypedPropertyDescriptor<Method>,
) => void;

/** What an event is; @nestjs/swagger's type of a schema does not know the word. */
const EVENTS: object = {
  type: 'string',
  description: 'Server-Sent Events: fields `id`, `event` and `data`, which is JSON on one line.',
  contentSchema: documented(NewsEvent),
};

/** Documentation of the route that streams. */
export const StreamRoute = (): Streams =>
  applyDecorators(
    ApiOperation({
      summary: 'What is new, as it comes: entries and moves of views',
      description:
        'Server-Sent Events. The `id` of each is the place up to which you were told: send it as `Last-Event-ID` (browsers do) ' +
        'or `from`, and it goes on there, each entry once and in the order of its shard; a move of a view may be told again. ' +
        'A comment every 15 s says that it lives, with an `id` too. `behind`: entries that are not told one by one, ask anew. ' +
        '`end` is the last event where the server ends the stream. Readers that do not take what is sent are cut off.',
    }),
    QueryParameters(StreamQuery),
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description: 'The `id` of the last event that you got.',
      schema: { type: 'string', pattern: PLACE.source },
    }),
    ApiResponse({
      status: 200,
      description: 'The stream.',
      content: { 'text/event-stream': { schema: EVENTS } },
    }),
    Problems(400, 401, 403, 422, 429, 503),
  );
