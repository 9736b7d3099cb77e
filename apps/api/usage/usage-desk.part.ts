import { Inject, Injectable } from '@nestjs/common';
import { DeskRefusal, UsageDesk } from '../../../libs/application/inbox/usage-desk.js';
import type { UsageFate } from '../../../libs/application/inbox/usage-fate.js';
import { Problem, retryLater } from '../http/problem.js';
import { PARTS, type ApiParts } from '../parts.js';

/** There is no usage of this name. The same answer for what is another tenant's. */
export class UsageUnknown extends Problem {
  constructor() {
    super(
      404,
      'usage-unknown',
      'no usage event of this source and id has come, as far as this ledger knows',
    );
  }

  /** A problem may have members of its own (RFC 9457): whoever reads `outcome` of other answers finds it here too. */
  override body() {
    return { ...super.body(), outcome: 'unknown' as const };
  }
}

/** The desk over what the api was given, with its refusals as problems. */
@Injectable()
export class UsageDeskPart {
  readonly desk: UsageDesk;

  constructor(@Inject(PARTS) parts: ApiParts) {
    const { attempt, retryParked } = parts.recorder;
    this.desk = new UsageDesk({
      pool: parts.views.pool,
      reader: parts.reader,
      recorder: {
        attempt: (...asked) => part(attempt).apply(parts.recorder, asked),
        retryParked: (...asked) => part(retryParked).apply(parts.recorder, asked),
      },
    });
  }

  async found(asked: Promise<UsageFate | null>): Promise<UsageFate> {
    const fate = await this.settled(asked);
    if (fate === null) throw new UsageUnknown();
    return fate;
  }

  async settled<Answer>(asked: Promise<Answer>): Promise<Answer> {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error;
      if (error.code === 'overloaded') throw retryLater(error.code, error.message);
      throw new Problem(409, error.code, error.message, { errors: error.problems });
    }
  }
}

const part = <Method>(method: Method | undefined): Method => {
  if (method === undefined) throw new Error('the api was given no recorder that can try again');
  return method;
};
