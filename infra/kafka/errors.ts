/** What can be wrong with a Kafka of our own. The message says why and what to do about it. */
export type KafkaServerErrorCode =
  'kafka-unavailable' | 'kafka-download-failed' | 'kafka-already-running' | 'kafka-failed';

export class KafkaServerError extends Error {
  override readonly name = 'KafkaServerError';
  constructor(
    readonly code: KafkaServerErrorCode,
    message: string,
  ) {
    super(message);
  }
}
