import {
  Body,
  createParamDecorator,
  Param,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { ItemProblem } from '../../../libs/contract/usage/usage-event.js';
import { path, type Rule } from '../../../libs/contract/validation/rules.js';
import { withoutNulls } from '../../../libs/contract/json/without-nulls.js';
import type { Class } from '../../../libs/contract/validation/members.js';
import { validateBody } from '../../../libs/contract/validation/validate.js';
import { invalid, Problem } from '../../../libs/contract/problem.js';
import { present } from '../../../libs/domain/present.js';

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

const badQuery = (problems: readonly ItemProblem[]): Problem =>
  new Problem(400, 'query-invalid', 'the query has parameters that cannot be used', {
    errors: problems.map(({ code, pointer, message }) => ({
      code,
      pointer,
      message: `parameter ${message}`,
    })),
  });

/** A parameter of the path: what it must be, checked and documented. */
const PathParam =
  (name: string, rule: Rule, description: string): ParameterDecorator =>
  (target, method, index) => {
    Param(name, {
      transform: (value: unknown) => {
        const fault = rule(value, {});
        if (fault) throw new Problem(400, fault.code, `${name} in the path ${fault.message}`);
        return value;
      },
    })(target, method, index);
    const route = present(method, 'method that this is a parameter of');
    ApiParam({ name, description, schema: { ...rule.schema } })(
      target,
      route,
      present(Object.getOwnPropertyDescriptor(target, route), 'descriptor of the method'),
    );
  };

const OF_PARTS = {
  1: 'A code.',
  2: 'The full id: two codes and a dot.',
  3: 'The full id: three codes.',
} as const;

/** An id in the path, of so many codes. */
export const Id = (parts: 1 | 2 | 3, name = 'id'): ParameterDecorator =>
  PathParam(name, path(parts), OF_PARTS[parts]);
