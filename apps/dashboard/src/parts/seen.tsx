interface SeenProps {
  readonly asOf: string;
  readonly position: Readonly<Record<string, number>>;
  readonly lag: number;
}

/** What the figures of a page are of. */
export const Seen = ({ asOf, position, lag }: SeenProps) => (
  <p className="quiet seen">
    As of the end of {asOf}, UTC · ledger position{' '}
    {Object.entries(position)
      .map(([shard, at]) => `${shard}:${at}`)
      .join(' ')}{' '}
    · {lag === 0 ? 'up to date' : `${lag} entries behind`}
  </p>
);
