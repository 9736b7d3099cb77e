import { digestOf } from '../json/digest.js';
import type { ItemProblem } from '../usage/usage-event.js';
import { dataOf, envelopeProblem } from './cloud-event.js';
import { AttestMilestoneBody, CallTrancheBody, FundTrancheBody } from '../investments/bodies.js';
import type { Class } from '../validation/members.js';
import { instant, path, source, text } from '../validation/rules.js';
import type { Rule } from '../validation/rules.js';
import { toAttestMilestone, toCallTranche, toFundTranche } from '../investments/to-command.js';
import { withoutNulls } from '../json/without-nulls.js';
import { validateBody } from '../validation/validate.js';
import type { Instant } from '../../domain/decider.js';
import { rootOf } from '../../domain/ids.js';
import { instantOfMicros, parseInstant } from '../../domain/instant.js';
import type { InvestmentCommand } from '../../domain/investment/commands.js';
import type { IncomingRecord } from './records.js';
import { firstTimestampOf } from './dead-letter.js';
import { openMessage, problemAt } from './message-envelope.js';
import { keyMismatch, readShardKey } from './shard-key.js';
import type { RecordPlace } from './shard-key.js';
import { nameIn } from './usage-ingest.js';
import { present } from '../../domain/present.js';

/**
 * A message of `investment.ingest`: a CloudEvent whose `subject` is the full id of the tranche or milestone and whose
 * data is the body of the HTTP command, by type. Checked with the same classes, turned into the same command.
 */
export type InvestmentMessage =
  | {
      readonly tenant: string;
      readonly source: string;
      readonly id: string;
      /** SHA-256 of type, subject and data: the same identity with another digest is a conflict. */
      readonly digest: string;
      readonly effectiveAt: Instant;
      readonly command: InvestmentCommand;
      readonly isMisrouted?: true;
    }
  | {
      readonly tenant: string | null;
      readonly source: string | null;
      readonly id: string | null;
      readonly problems: readonly ItemProblem[];
    };

interface Kind {
  readonly body: Class;
  /** The member that says when it happened, where `effectiveAt` does not. */
  readonly happenedAt: string | null;
  toCommand(subject: string, body: object): InvestmentCommand;
}

const KINDS: Readonly<Record<string, Kind | undefined>> = {
  'commitment-ledger.tranche-call.v1': {
    body: CallTrancheBody,
    happenedAt: 'calledAt',
    toCommand: (subject, body) => toCallTranche(subject, body as CallTrancheBody),
  },
  'commitment-ledger.tranche-funding.v1': {
    body: FundTrancheBody,
    happenedAt: 'valueAt',
    toCommand: (subject, body) => toFundTranche(subject, body as FundTrancheBody),
  },
  'commitment-ledger.milestone-attestation.v1': {
    body: AttestMilestoneBody,
    happenedAt: null,
    toCommand: (subject, body) => toAttestMilestone(subject, body as AttestMilestoneBody),
  },
};

export const INVESTMENT_EVENT_TYPES: readonly string[] = Object.keys(KINDS);

/** The kind of command of a type that the envelope was checked to have. */
const kindOf = (type: string): Kind => present(KINDS[type], `kind of message ${type}`);

const ATTRIBUTES: readonly (readonly [string, Rule])[] = [
  ['source', source],
  ['id', text({ max: 128 })],
  ['subject', path(3)],
];

export const readInvestmentMessage = (
  record: IncomingRecord,
  place: RecordPlace,
): InvestmentMessage => {
  const key = readShardKey(record.key, place);
  const problems: ItemProblem[] = 'problem' in key ? [key.problem] : [];
  const tenant = 'tenant' in key ? key.tenant : null;
  const opened = openMessage(record);
  if (opened.kind === 'problem')
    return { tenant, source: null, id: null, problems: [...problems, opened.problem] };
  const { item } = opened;
  problems.push(...problemsIn(item));
  const subject = item['subject'] as string;
  if (problems.length === 0 && 'agreement' in key && rootOf(subject) !== key.agreement)
    problems.push(keyMismatch('/subject', key.agreement));
  const name = { source: nameIn(item, 'source'), id: nameIn(item, 'id') };
  if (problems.length > 0 || 'problem' in key || tenant === null)
    return { tenant, ...name, problems };

  const type = item['type'] as string;
  const kind = kindOf(type);
  const unwrapped = dataOf(item);
  if ('problems' in unwrapped) throw new Error('data that was found to be sound is not');
  const body = withoutNulls(unwrapped.data) as Readonly<Record<string, string>>;
  const said = body['effectiveAt'] ?? body[kind.happenedAt ?? ''] ?? (item['time'] as string);
  return {
    tenant,
    source: item['source'] as string,
    id: item['id'] as string,
    digest: digestOf([type, subject, body]),
    // The record's own time when nothing is said: a redelivery carries the same.
    effectiveAt:
      parseInstant(said ?? '') ?? instantOfMicros(BigInt(firstTimestampOf(record)) * 1000n),
    command: kind.toCommand(subject, body),
    ...(key.isMisrouted && { isMisrouted: true }),
  };
};

const problemsIn = (item: Readonly<Record<string, unknown>>): readonly ItemProblem[] => {
  const wrong = envelopeProblem(item, INVESTMENT_EVENT_TYPES);
  if (wrong) return [wrong];
  const attributes = ATTRIBUTES.flatMap(([name, rule]) => {
    const fault = rule(item[name], item);
    return fault ? [problemAt(fault.code, `/${name}`, fault.message)] : [];
  });
  const time = item['time'] === undefined ? null : instant()(item['time'], item);
  if (time) attributes.push(problemAt(time.code, '/time', time.message));
  const opened = dataOf(item);
  if ('problems' in opened) return [...attributes, ...opened.problems];
  const data = validateBody(kindOf(item['type'] as string).body, opened.data);
  return [
    ...attributes,
    ...data.map((problem) => ({ ...problem, pointer: `/data${problem.pointer}` })),
  ];
};
