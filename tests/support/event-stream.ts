import {
  request,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import type { ParsedJson } from './parsed-json.js';

/** An event as a browser would dispatch it (WHATWG HTML, 9.2.6). */
export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: ParsedJson;
}

/** A client of Server-Sent Events over a socket of its own, which keeps all that comes. */
export class EventStream {
  readonly events: StreamEvent[] = [];
  readonly comments: string[] = [];
  /** All of it that was whole, as it came. */
  whole = '';
  /** What a browser would send as `Last-Event-ID`. */
  lastId = '';
  retry = 0;
  /** Resolves when nothing more comes: true where the server ended it, false where it broke off. */
  readonly ended: Promise<boolean>;
  private rest = '';
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly sent: ClientRequest,
    private readonly answer: IncomingMessage,
  ) {
    answer.setEncoding('utf8').on('data', (text: string) => this.take(text));
    this.ended = new Promise((resolve) => {
      answer.once('end', () => resolve(true));
      answer.once('error', () => resolve(false));
      answer.once('close', () => resolve(false));
    });
  }

  static open(
    url: string,
    key: string,
    headers: Record<string, string> = {},
  ): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      const sent = request(url, {
        headers: { authorization: `Bearer ${key}`, ...headers },
        agent: false,
      });
      sent.once('error', reject);
      sent.once('response', (answer) => {
        sent.on('error', () => undefined);
        resolve(new EventStream(sent, answer));
      });
      sent.end();
    });
  }

  get status(): number {
    return this.answer.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.answer.headers;
  }

  /** What was sent and is no event: problem details. */
  get text(): string {
    return this.rest;
  }

  /** Breaks the connection off, as a network does. */
  kill(): void {
    this.answer.destroy();
    this.sent.destroy();
  }

  /** Stops reading: what is sent fills the buffers on the way. */
  pause(): void {
    this.answer.pause();
  }

  resume(): void {
    this.answer.resume();
  }

  /** Until it holds of what has come. */
  async until(holds: (stream: this) => boolean, ms = 20_000): Promise<void> {
    const deadline = performance.now() + ms;
    while (!holds(this)) {
      if (performance.now() > deadline)
        throw new Error(`not in time; came: ${JSON.stringify(this.events.slice(-5))}`);
      await new Promise<void>((resolve) => {
        const rise = (): void => {
          clearTimeout(timer);
          this.waiting.delete(rise);
          resolve();
        };
        const timer = setTimeout(rise, 50);
        this.waiting.add(rise);
      });
    }
  }

  named(event: string): readonly StreamEvent[] {
    return this.events.filter((each) => each.event === event);
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      this.whole += `${block}\n\n`;
      this.dispatch(block);
    }
    for (const rise of [...this.waiting]) rise();
  }

  private dispatch(block: string): void {
    let [event, data] = ['message', ''];
    for (const line of block.split('\n')) {
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
      if (field === '') this.comments.push(value);
      else if (field === 'id') this.lastId = value;
      else if (field === 'event') event = value;
      else if (field === 'data') data += value;
      else if (field === 'retry') this.retry = Number(value);
      else throw new Error(`no field of a stream of events: ${line}`);
    }
    if (data !== '') this.events.push({ event, id: this.lastId, data: JSON.parse(data) });
  }
}
