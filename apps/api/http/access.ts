import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { ApiKeys } from '../../../libs/access/api-keys.js';
import { principalOf, READERS, sessionOf } from '../../../libs/access/credential.js';
import type { Principal, Role } from '../../../libs/access/principal.js';
import type { Sessions } from '../../../libs/access/sessions.js';
import { Problem } from '../../../libs/contract/problem.js';
import { refuseForeign } from './same-origin.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Roles that may use the route besides `admin`; `public`: no key needed. Absent: nobody may. */
    readonly access?: readonly Role[] | 'public';
  }
  interface FastifyRequest {
    /** Who asks, as the key says, whatever the role may do here. */
    caller?: Principal;
    /** Who asks and may. */
    principal?: Principal;
  }
}

/** Roles that may use a route, besides `admin`. A route without it is closed to everybody. */
export const Allow = (...roles: Role[]): MethodDecorator => RouteConfig({ access: roles });
export const Public = (): MethodDecorator => RouteConfig({ access: 'public' });

export const AllowReaders = (): MethodDecorator => Allow(...READERS);

/** Registered by plugins that know no route configuration: files that say nothing of anybody. Goes by the route, never the path. */
const isOpenFile = (route = ''): boolean =>
  route === '/openapi.json' || route === '/docs' || /^\/(?:docs|assets)\//.test(route);

const QUERY_CREDENTIALS = /^(?:api[-_]?key|key|token|access[-_]?token|authorization|secret)$/i;

/**
 * The door, before a body is read: who asks (401), and whether their role may (403). Default is deny. Later a thing of
 * another tenant is simply not there (404), because every question carries the tenant of the key.
 */
export const openDoor =
  (keys: ApiKeys, sessions: Sessions) =>
  async (request: FastifyRequest): Promise<void> => {
    if (isOpenFile(request.routeOptions.url)) return;
    for (const name of Object.keys((request.query as object | null) ?? {}))
      if (QUERY_CREDENTIALS.test(name))
        throw new Problem(
          400,
          'credential-in-query',
          'keys belong into the Authorization header: addresses end up in logs',
        );
    const access = request.routeOptions.config.access;
    if (access === 'public') return;
    if (sessionOf(request.raw) !== null) refuseForeign(request);
    const principal = await principalOf(request.raw, keys, sessions);
    request.caller = principal;
    if (request.is404) return;
    if (access === undefined || (principal.role !== 'admin' && !access.includes(principal.role)))
      throw new Problem(403, 'role-not-allowed', `the role ${principal.role} may not do this`);
    request.principal = principal;
  };

/** Who asks. Only on routes that are not public. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!principal) throw new Error('a route without a principal asks who it is');
  return principal;
});
