import {
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { unknown } from '../../../libs/contract/problem.js';

/** The entity tag of terms at a version. Strong, because If-Match compares strongly; nothing is cached under it. */
export const etagOf = (termsVersion: number): string => `"${termsVersion}"`;

/**
 * A route whose answer shows the terms of one thing: their version is the ETag, of what the body says, so that nobody
 * overwrites what they were not shown. What is not there is 404 `<what>-unknown`.
 */
export const ShowsTerms = (what: string) => UseInterceptors(new TermsInterceptor(what));

type Answer = { readonly termsVersion: number } | null;

class TermsInterceptor implements NestInterceptor<Answer, Answer> {
  constructor(private readonly what: string) {}

  intercept(context: ExecutionContext, next: CallHandler<Answer>): Observable<Answer> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((answer) => {
        if (answer === null) throw unknown(this.what);
        void reply.header('etag', etagOf(answer.termsVersion));
        return answer;
      }),
    );
  }
}
