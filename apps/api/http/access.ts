import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Principal, Role } from '../../../libs/access/principal.js';
import type { ApiKeys } from '../parts.js';
import { headerValues } from './header-values.js';
import { Problem } from '../../../libs/contract/problem.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Roles that may use the route besides `admin`; `public`: no key needed. Absent: nobody may. */
    readonly access?: readonly Role[] | 'public';
  }
  interface FastifyRequest {
    principal?: Principal;
  }
}

/** Roles that may use a route, besides `admin`. A route without it is closed to everybody. */
export const Allow = (...roles: Role[]): MethodDecorator => RouteConfig({ access: roles });
export const Public = (): MethodDecorator => RouteConfig({ access: 'public' });

/** Everybody whose work is looking; those who only post usage see nothing. */
const READERS: readonly Role[] = ['auditor', 'operator', 'approver'];
export const AllowReaders = (): MethodDecorator => Allow(...READERS);

/** Registered by the documentation's own plugin, which knows no route configuration. Goes by the route, never the path. */
const isDocumentation = (route: string | undefined): boolean =>
  route === '/openapi.json' || route === '/docs' || route?.startsWith('/docs/') === true;

const QUERY_CREDENTIALS = /^(?:api[-_]?key|key|token|access[-_]?token|authorization|secret)$/i;
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]{16,256}=*)$/i;

/**
 * The door, before a body is read: who asks (401), and whether their role may (403). Default is deny. Later a thing of
 * another tenant is simply not there (404), because every question carries the tenant of the key.
 */
export const openDoor =
  (keys: ApiKeys) =>
  async (request: FastifyRequest): Promise<void> => {
    if (isDocumentation(request.routeOptions.url)) return;
    for (const name of Object.keys((request.query as object | null) ?? {}))
      if (QUERY_CREDENTIALS.test(name))
        throw new Problem(
          400,
          'credential-in-query',
          'keys belong into the Authorization header: addresses end up in logs',
        );
    const access = request.routeOptions.config.access;
    if (access === 'public') return;
    const principal = await principalOf(request, keys);
    if (request.is404) return;
    if (access === undefined || (principal.role !== 'admin' && !access.includes(principal.role)))
      throw new Problem(403, 'role-not-allowed', `the role ${principal.role} may not do this`);
    request.principal = principal;
  };

const principalOf = async (request: FastifyRequest, keys: ApiKeys): Promise<Principal> => {
  const given = headerValues(request, 'authorization');
  if (given.length === 0) throw unauthorized('key-missing', 'send Authorization: Bearer <key>');
  if (given.length > 1 || request.headers['x-api-key'] !== undefined)
    throw unauthorized('key-repeated', 'send one credential');
  const key = BEARER.exec(given[0] as string)?.[1];
  if (key === undefined)
    throw unauthorized(
      'key-malformed',
      'send Authorization: Bearer <key>, where a key is the text beginning with cl_ that was shown when it was made',
    );
  const principal = await keys.find(key);
  if (!principal) throw unauthorized('key-unknown', 'the key is not known, or was revoked');
  return principal;
};

/**
 * On a route that is open to everybody: the tenant whose views the sender may read, or null. A key that is sent must be
 * one, so that what it no longer shows is missed; but a database that is away closes nothing that is open.
 */
export const readableTenant = async (
  request: FastifyRequest,
  keys: ApiKeys,
): Promise<string | null> => {
  if (headerValues(request, 'authorization').length === 0) return null;
  try {
    const { role, tenant } = await principalOf(request, keys);
    return role === 'admin' || READERS.includes(role) ? tenant : null;
  } catch (error) {
    if (error instanceof Problem) throw error;
    return null;
  }
};

const unauthorized = (code: string, detail: string): Problem =>
  new Problem(401, code, detail, {
    headers: { 'www-authenticate': 'Bearer realm="commitment-ledger"' },
  });

/** Who asks. Only on routes that are not public. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!principal) throw new Error('a route without a principal asks who it is');
  return principal;
});
