/** One event of a stream of Server-Sent Events, or a sign of life without one. */
export interface StreamEvent {
  readonly id: string | null;
  /** Null: a comment, or a place alone. */
  readonly event: string | null;
  readonly data: string;
}

/**
 * Events as they come. EventSource would not do: it keeps beats to itself, and whether the stream still lives is what a
 * page has to say.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamEvent, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) yield eventOf(block);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

export const eventOf = (block: string): StreamEvent => {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    fields.set(name, name === 'data' && fields.has(name) ? `${fields.get(name)}\n${value}` : value);
  }
  return {
    id: fields.get('id') ?? null,
    event: fields.get('event') ?? null,
    data: fields.get('data') ?? '',
  };
};
