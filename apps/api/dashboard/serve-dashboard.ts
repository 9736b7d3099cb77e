import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Addresses of pages: what is in them is made by the browser, so that each of them is the same document. */
const PAGES = ['/', '/sign-in', '/commitments/:id', '/obligations', '/concentration'];

/** Scripts and styles from here alone, none of them in the document itself; pictures may be made by a script. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** Where `npm run build` puts the dashboard. Null: it was not built, as where tests run the sources. */
export const builtSite = (): string | null => {
  const site = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dashboard', 'site');
  return existsSync(join(site, 'index.html')) ? site : null;
};

/** The dashboard, out of a folder that the build made: the document for its pages, and files whose names change with them. */
export const serveDashboard = async (server: FastifyInstance, site: string): Promise<void> => {
  const document = await readFile(join(site, 'index.html'), 'utf8');
  for (const page of PAGES)
    server.get(page, { config: { access: 'public' } }, async ({ headers }, reply) => {
      // A program that has no path, or a wrong one, is told so.
      if (headers.accept?.includes('text/html') !== true) return reply.callNotFound();
      return reply
        .header('vary', 'Accept')
        .header('cache-control', 'no-cache')
        .header('content-security-policy', PAGE_POLICY)
        .type('text/html; charset=utf-8')
        .send(document);
    });
  await server.register(fastifyStatic, {
    root: join(site, 'assets'),
    prefix: '/assets/',
    ...{ decorateReply: false, wildcard: false, index: false },
    ...{ immutable: true, maxAge: '365d', preCompressed: true },
  });
};
