/** Why messaging failed. Stable codes; the message says what to do where something can be done. */
export type MessagingErrorCode =
  /** The deadline passed: whether the records are in the topic is not known. Sending them again may repeat them. */
  | 'delivery-deadline'
  /** A record is larger than 1 MB, or than the topic takes. It is not written, nor is what follows it. */
  | 'message-too-large'
  /** The broker refused the records for good. */
  | 'publish-refused'
  | 'publisher-closed'
  | 'topic-missing'
  /** The topic is there with another number of partitions: keys would land elsewhere than on their shard. */
  | 'topic-partitions-differ'
  | 'group-active'
  | 'read-timeout'
  | 'broker-unreachable';

export class MessagingError extends Error {
  override readonly name = 'MessagingError';
  constructor(
    readonly code: MessagingErrorCode,
    message: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
  }
}
