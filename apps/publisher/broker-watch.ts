/** A broker that takes over from another answers within its session, 9 s by default; one that is well, within milliseconds. */
const AWAY_MS = 5_000;

/**
 * Whether the brokers answer. A publisher that has nothing to send would not notice that they do not, and say that it
 * publishes.
 */
export class BrokerWatch {
  private heardAt = performance.now();
  private isAsking = false;

  constructor(private readonly ask: () => Promise<unknown>) {}

  /** Asks, unless the last question is still open: a client that gets no answer goes on trying for a while. */
  look(): void {
    if (this.isAsking) return;
    this.isAsking = true;
    this.ask()
      .then(
        () => (this.heardAt = performance.now()),
        () => undefined,
      )
      .finally(() => (this.isAsking = false));
  }

  get isAway(): boolean {
    return performance.now() - this.heardAt > AWAY_MS;
  }
}
