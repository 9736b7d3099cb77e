import type { ProblemAnswer, ProblemErrorAnswer } from './problem-answer.js';
import type { ItemProblem } from './usage/usage-event.js';

export interface ProblemOptions {
  readonly errors?: readonly ProblemErrorAnswer[];
  readonly truncated?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is answered with problem details. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly options: ProblemOptions = {},
  ) {
    super(detail);
  }

  /** `requestId`: of the request that it answers, where it answers one. */
  body(requestId?: string): ProblemAnswer {
    const { errors, truncated } = this.options;
    return {
      type: `urn:commitment-ledger:problem:${this.code}`,
      title: titleOf(this.code),
      status: this.status,
      detail: this.detail,
      code: this.code,
      ...(errors && errors.length > 0 ? { errors } : {}),
      ...(truncated ? { truncated } : {}),
      ...(requestId === undefined ? {} : { requestId }),
    };
  }

  /** The problem document as it is sent: one line of JSON. */
  text(requestId?: string): string {
    return `${JSON.stringify(this.body(requestId))}\n`;
  }
}

const ERRORS_MAX = 50;

/** Parsed but invalid: everything that is wrong, the first fifty listed. */
export const invalid = (problems: readonly ItemProblem[]): Problem => {
  const [first, second] = problems;
  const only = second === undefined ? first : undefined;
  const detail = only
    ? `${only.pointer || 'the request'} ${only.message}`
    : `${problems.length} things are wrong; each is listed`;
  return new Problem(422, only?.code ?? 'invalid', detail, {
    errors: problems.slice(0, ERRORS_MAX),
    truncated: problems.length >= ERRORS_MAX,
  });
};

export const noSuchPath = (): Problem =>
  new Problem(404, 'no-such-path', 'there is no such path; /docs lists those there are');

/** A thing that is not there, or not the caller's: the same answer. `what`: `agreement` -> 404 `agreement-unknown`. */
export const unknown = (what: string): Problem =>
  new Problem(
    404,
    `${what}-unknown`,
    `there is no ${what} of this id, as of then and as known then`,
  );

export const retryLater = (code: string, detail: string, seconds = 1): Problem =>
  new Problem(503, code, detail, { headers: { 'retry-after': String(seconds) } });

/** `json-duplicate-member` -> `JSON duplicate member`. */
const titleOf = (code: string): string => {
  const words = code.replaceAll('-', ' ').replace(/\b(json|id)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
};
