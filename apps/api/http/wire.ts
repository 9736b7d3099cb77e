import {
  Body,
  createParamDecorator,
  Param,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ItemProblem } from '../../../libs/application/usage-event.js';
import { path } from '../../../libs/application/wire/rules.js';
import type { Class } from '../../../libs/application/wire/member.js';
import { validateBody, withoutNulls } from '../../../libs/application/wire/validate.js';
import { invalid, Problem } from './problem.js';

/**
 * The body of a request, checked against its class. The class is an argument, not read from the parameter's type: an
 * `import type` would erase that, and the body would come in unchecked.
 */
export const WireBody = (type: Class): ParameterDecorator => Body(new WirePipe(type));

class WirePipe implements PipeTransform {
  constructor(private readonly type: Class) {}

  transform(value: unknown): unknown {
    const problems = validateBody(this.type, value);
    if (problems.length > 0) throw invalid(problems);
    return withoutNulls(value);
  }
}

/** The query of a request, checked against its class: a parameter that is unknown or repeated is refused. */
export const WireQuery = createParamDecorator((type: Class, context: ExecutionContext): unknown => {
  const query = { ...(context.switchToHttp().getRequest<FastifyRequest>().query as object) };
  const problems = validateBody(type, query);
  if (problems.length > 0) throw badQuery(problems);
  return query;
});

export const badQuery = (problems: readonly ItemProblem[]): Problem =>
  new Problem(400, 'query-invalid', 'the query has parameters that cannot be used', {
    errors: problems.map(({ code, pointer, message }) => ({
      code,
      pointer,
      message: `parameter ${message}`,
    })),
  });

/** An id in the path, of so many codes. */
export const Id = (parts: 1 | 2 | 3, name = 'id'): ParameterDecorator => {
  const rule = path(parts);
  return Param(name, {
    transform: (value: unknown) => {
      const fault = rule(value, {});
      if (fault) throw new Problem(400, fault.code, `${name} in the path ${fault.message}`);
      return value;
    },
  });
};
