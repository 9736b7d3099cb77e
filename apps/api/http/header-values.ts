import type { FastifyRequest } from 'fastify';

/** Every value that was sent under a name (in lower case): Node joins or drops repeated headers elsewhere. */
export const headerValues = ({ raw }: FastifyRequest, name: string): string[] =>
  raw.rawHeaders.flatMap((text, index) =>
    index % 2 === 0 && text.toLowerCase() === name ? [raw.rawHeaders[index + 1] as string] : [],
  );
