import type { Readable } from 'node:stream';
import { deliver, type Delivered, type DeliveryWork } from './deliver.js';
import { refuseForeign } from './foreign-file.js';
import { readLines, type FileLine } from './lines.js';
import { readLine } from './read-line.js';

/**
 * Usage events as NDJSON, one a line: what a finance system would post over HTTP, but for digits beyond those that are kept,
 * which are rounded here and refused there. Throws where the first line says that the file is something else, and where the
 * rest of it could not be read.
 */
export const postUsage = async (input: Readable, work: DeliveryWork): Promise<Delivered> => {
  const delivered = await deliver(ownLines(input), readLine, work);
  if (delivered.stopped !== null) throw delivered.stopped;
  return delivered;
};

async function* ownLines(input: Readable): AsyncGenerator<FileLine> {
  let isFirst = true;
  for await (const line of readLines(input)) {
    if (isFirst && line.bytes !== null) refuseForeign(line.bytes);
    isFirst = false;
    yield line;
  }
}
