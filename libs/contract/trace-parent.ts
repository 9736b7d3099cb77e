/** The trace of which a request or a record is a part. */
export interface TraceParent {
  /** The header as it was given, to be handed on. */
  readonly header: string;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
}

/** W3C Trace Context, `traceparent`: version, trace, parent, flags. Later versions may have more behind it. */
const TRACE_PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;
const VERSION_00_LENGTH = 55;
const LENGTH_MAX = 128;

/** Null: none, or one that a receiver has to pass over. */
export const traceParentOf = (header: string | undefined): TraceParent | null => {
  if (header === undefined || header.length > LENGTH_MAX) return null;
  const traceId = TRACE_PARENT.exec(header)?.[1];
  const isWhole =
    header.length === VERSION_00_LENGTH ||
    (!header.startsWith('00') && header[VERSION_00_LENGTH] === '-');
  return traceId === undefined || !isWhole ? null : { header, traceId };
};
