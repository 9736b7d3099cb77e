import type { IncomingMessage } from 'node:http';

/** Every value that was sent under a name (in lower case): Node joins or drops repeated headers elsewhere. */
export const headerValues = (
  { rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>,
  name: string,
): string[] =>
  rawHeaders.flatMap((text, index) =>
    index % 2 === 0 && text.toLowerCase() === name ? [rawHeaders[index + 1] as string] : [],
  );
