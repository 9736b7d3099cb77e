import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../../libs/contract/problem.js';

/** Remembers which methods every address has, so that the wrong one is 405 with `Allow` instead of 404. */
export const knowMethods = (server: FastifyInstance) => {
  const methodsOf = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    const methods = methodsOf.get(url) ?? new Set<string>();
    for (const one of [method].flat()) methods.add(one);
    methodsOf.set(url, methods);
  });
  const routesOf = (path: string): string[] =>
    [...methodsOf]
      .filter(([url]) => matches(url, path))
      .flatMap(([, methods]) => [...methods])
      .sort();
  return {
    methodsOf: methodsOf as ReadonlyMap<string, ReadonlySet<string>>,
    refuseOthers: async (request: FastifyRequest): Promise<void> => {
      if (!request.is404) return;
      const allowed = routesOf(request.url.split('?', 1)[0] as string);
      if (allowed.length > 0)
        throw new Problem(405, 'method-not-allowed', `send ${allowed.join(' or ')}`, {
          headers: { allow: allowed.join(', ') },
        });
    },
  };
};

/** `/v1/agreements/:id` against `/v1/agreements/x`. */
const matches = (route: string, path: string): boolean => {
  const [routeParts, pathParts] = [route.split('/'), path.split('/')];
  return (
    routeParts.length === pathParts.length &&
    routeParts.every((part, index) => part.startsWith(':') || part === pathParts[index])
  );
};
