import { Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiKeys } from '../../../libs/access/api-keys.js';
import { SESSION_COOKIE, sessionOf } from '../../../libs/access/credential.js';
import { ROLES, type Principal } from '../../../libs/access/principal.js';
import { Sessions, type Ticket } from '../../../libs/access/sessions.js';
import { Problem } from '../../../libs/contract/problem.js';
import { SignIn } from '../../../libs/contract/session/sign-in.js';
import { Allow, Public, Who } from '../http/access.js';
import { refuseForeign } from '../http/same-origin.js';
import { WireBody } from '../http/wire.js';

/** Who is signed in, and until when; null with a key, which has no end of its own. */
interface Signed extends Pick<Principal, 'tenant' | 'name' | 'role'> {
  readonly until: string | null;
}

/** Sign-in of browsers, for the dashboard: programs send their key with each request, so the API's document has none of it. */
@ApiExcludeController()
@Controller('session')
export class SessionController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly sessions: Sessions,
  ) {}

  @Post()
  @Public()
  @HttpCode(200)
  async signIn(
    @WireBody(SignIn) body: SignIn,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Signed> {
    refuseForeign(request);
    const key = this.keyOf(body);
    const principal = await this.keys.find(key);
    if (principal === null)
      throw new Problem(401, 'key-unknown', 'the key is not known, or was revoked');
    // Whoever was signed in with this browser before is not any more.
    this.sessions.end(sessionOf(request.raw) ?? '');
    const ticket = this.sessions.begin(key);
    setCookie(request, reply, ticket);
    return signed(principal, ticket.until);
  }

  @Get()
  @Allow(...ROLES)
  async whoIsIt(
    @Who() principal: Principal,
    @Req() { raw }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Signed> {
    void reply.header('cache-control', 'no-store');
    return signed(principal, this.sessions.find(sessionOf(raw) ?? '')?.until ?? null);
  }

  @Delete()
  @Allow(...ROLES)
  @HttpCode(204)
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    this.sessions.end(sessionOf(request.raw) ?? '');
    setCookie(request, reply, null);
  }

  /** A link that signs in once whoever opens it, as who made it: what is behind # is sent to no server and into no log. */
  @Post('links')
  @Allow(...ROLES)
  async makeLink(
    @Req() { headers, raw }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly path: string; readonly until: string }> {
    const key = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    if (key === undefined || sessionOf(raw) !== null)
      throw new Problem(403, 'key-needed', 'a link is made with a key, not out of a session');
    const { text, until } = this.sessions.link(key);
    void reply.header('cache-control', 'no-store');
    return { path: `/sign-in#${text}`, until: new Date(until).toISOString() };
  }

  private keyOf({ key, link }: SignIn): string {
    if ((key === undefined) === (link === undefined))
      throw new Problem(422, 'credential-missing', 'send a key or the text of a link');
    const found = key ?? this.sessions.redeem(link ?? '');
    if (found !== null) return found;
    throw new Problem(401, 'link-used', 'the link was used before, or its time is over');
  }
}

const signed = ({ tenant, name, role }: Principal, until: number | null): Signed => ({
  ...{ tenant, name, role },
  until: until === null ? null : new Date(until).toISOString(),
});

const LOOPBACK = /^(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d+)?$/;

/** Null ends it. Without TLS browsers get it on this machine only. */
const setCookie = (
  { headers }: FastifyRequest,
  reply: FastifyReply,
  ticket: Ticket | null,
): void => {
  const secure = LOOPBACK.test(headers.host ?? '') ? '' : '; Secure';
  const lasts = ticket === null ? 0 : Math.floor((ticket.until - Date.now()) / 1_000);
  void reply
    .header('cache-control', 'no-store')
    .header(
      'set-cookie',
      `${SESSION_COOKIE}=${ticket?.text ?? ''}; Path=/; Max-Age=${lasts}; HttpOnly; SameSite=Strict${secure}`,
    );
};
