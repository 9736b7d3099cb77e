// One of several processes that write to the same ledger. Prints what it was answered as one line of JSON.
import { deciders } from '../../libs/domain/aggregates.js';
import type { Submission } from '../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { usage } from './usage.js';

export interface WriterTask {
  readonly url: string;
  readonly process: number;
  readonly callers: number;
  /** Submissions of each caller. */
  readonly each: number;
  readonly agreements: readonly string[];
}

/** Per submission: id, outcome, and where it is recorded (null: nowhere). */
export type Answered = readonly [string, string, number | null];

/**
 * Of six submissions, three are this caller's own, one is the same in every process and caller, one has an identity
 * shared by all and other content in every process, and one is a repeat of the caller's last.
 */
const submissionOf = (task: WriterTask, caller: number, round: number): Submission => {
  const agreement = task.agreements[(caller + round) % task.agreements.length]!;
  switch (round % 6) {
    case 3:
      return usage(agreement, `shared-${caller}-${round}`, '1.00');
    case 4:
      return usage(agreement, `contested-${caller}-${round}`, `${task.process + 1}.00`);
    case 5:
      return submissionOf(task, caller, round - 3);
    default:
      return usage(agreement, `own-${task.process}-${caller}-${round}`, '0.25');
  }
};

const task = JSON.parse(process.argv[2]!) as WriterTask;
const ledger = await PostgresLedger.open({ url: task.url, deciders });
const answers: Answered[] = [];
const call = async (caller: number): Promise<void> => {
  for (let round = 0; round < task.each; round += 1) {
    const submission = submissionOf(task, caller, round);
    const answer = await ledger.submit(submission);
    const position = 'entries' in answer ? answer.entries[0]!.position : null;
    answers.push([submission.id, answer.outcome, position]);
  }
};
await Promise.all(Array.from({ length: task.callers }, (_, caller) => call(caller)));
await ledger.close();
process.stdout.write(JSON.stringify(answers));
