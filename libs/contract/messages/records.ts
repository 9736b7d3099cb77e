export type HeaderValue = string | Buffer;

/** A Kafka record to be sent. */
export interface OutgoingRecord {
  readonly key: string | null;
  readonly value: string | Uint8Array | null;
  /** A list gives a header more than once. */
  readonly headers: Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;
  readonly timestampMs?: number;
}

/** A Kafka record as it was read. Offsets are numbers (safe integers), times are milliseconds since 1970. */
export interface IncomingRecord {
  readonly offset: number;
  readonly key: Buffer | null;
  /** Null: a tombstone. */
  readonly value: Buffer | null;
  /** A header that was given more than once is a list. */
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[]>>;
  readonly timestampMs: number;
}
