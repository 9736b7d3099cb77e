import { CODE } from '../../domain/ids.js';
import { GATE_DEPTH_MAX } from '../../domain/investment/gate.js';
import { Follows } from '../validation/decorators.js';
import {
  code,
  fault,
  isObject,
  path,
  saying,
  type Fault,
  type RuleSchema,
} from '../validation/rules.js';

const TERMS_MAX = 50;
const MILESTONE_PATH = path(3);

/** The name of `GATE_SCHEMA` in the OpenAPI document: a gate has gates in it. */
export const GATE_NAME = 'GateBody';
const GATE: RuleSchema = { $ref: `#/components/schemas/${GATE_NAME}` };
const GATES: RuleSchema = { maxItems: TERMS_MAX, type: 'array', items: GATE };

/** Any depth: that it is limited no schema says. */
export const GATE_SCHEMA: RuleSchema = {
  type: 'object',
  properties: {
    milestone: {
      type: 'string',
      pattern: `${CODE.source}|${String(MILESTONE_PATH.schema['pattern'])}`,
    },
    all: GATES,
    any: GATES,
  },
  description: 'A milestone by its code or full id, or several gates: all of them, or any one.',
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
};

/** `{milestone}`, `{all: [...]}` or `{any: [...]}`, and nothing else beside it. */
const gateFault = (level: number, value: unknown): Fault | null => {
  if (!isObject(value))
    return fault('gate-malformed', 'must be {milestone}, {all: […]} or {any: […]}');
  const [name, ...more] = Object.keys(value);
  if (more.length > 0 || (name !== 'milestone' && name !== 'all' && name !== 'any'))
    return fault('gate-malformed', 'must have one of milestone, all, any');
  const inner = value[name];
  if (name === 'milestone') {
    const wrong = code(inner, value) && MILESTONE_PATH(inner, value);
    return wrong ? { ...wrong, at: '/milestone' } : null;
  }
  if (!Array.isArray(inner) || inner.length > TERMS_MAX)
    return fault('gate-malformed', `must be an array of at most ${TERMS_MAX} gates`, `/${name}`);
  if (level === GATE_DEPTH_MAX)
    return fault('gate-too-deep', `may be nested ${GATE_DEPTH_MAX} deep`);
  for (const [index, term] of inner.entries()) {
    const wrong = gateFault(level + 1, term);
    if (wrong) return { ...wrong, at: `/${name}/${index}${wrong.at ?? ''}` };
  }
  return null;
};

const gate = saying(GATE, (value) => gateFault(0, value));

export const IsGate = (): PropertyDecorator => Follows('isGate', gate);
