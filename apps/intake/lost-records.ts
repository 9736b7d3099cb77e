import type { LostRange } from '../../libs/messaging/positions.js';
import type { Logger } from '../../libs/host/logger.js';
import type { Metrics } from '../../libs/host/metrics.js';

const SAID: Readonly<Record<LostRange['reason'], string>> = {
  deleted:
    'records were deleted by the broker before this ledger read them: ask the sender for them again, and keep the topic longer',
  'no-offset':
    'records before the start of the log were deleted, and the group has no offset that says ' +
    'whether they were read: if in doubt, ask the sender for them again',
  'made-anew':
    'the topic was made anew, or cut: what was behind the next offset of the group and not read is gone, ask the sender for it again',
};

/** Offsets that this process found lost, by `topic/partition`. */
export type Lost = Readonly<Record<string, number>>;

/**
 * Says of each range of lost records what happened and what to do, and counts it. Usage was acknowledged by the broker, so
 * nobody else will.
 */
export class LostRecords {
  private readonly found = new Map<string, number>();

  constructor(
    private readonly logger: Logger,
    private readonly metrics?: Pick<Metrics, 'intakeRecordsLost'>,
  ) {}

  readonly tell = (lost: LostRange): void => {
    const { topic, partition, reason, next, goesOnAt, offsets } = lost;
    this.metrics?.intakeRecordsLost.inc({ topic, reason }, offsets);
    const name = `${topic}/${partition}`;
    this.found.set(name, (this.found.get(name) ?? 0) + offsets);
    const range = offsets > 0 ? { from: next, through: goesOnAt - 1 } : { from: next };
    this.logger.error({ topic, partition, reason, ...range, offsets, goesOnAt }, SAID[reason]);
  };

  get now(): Lost {
    return Object.fromEntries(this.found);
  }
}
