import type { PoolClient } from 'pg';
import { rootOf } from '../domain/ids.js';
import type { Deciders } from '../ledger/ledger.js';
import { streamId, streamNamed } from '../ledger/format/stream-id.js';
import { readEntryText } from './entry-text.js';
import type { Findings } from './finding.js';
import { KeptStates } from './kept-states.js';
import { Originals } from './originals.js';
import { Reperformer, type PutOff, type RequestFault } from './reperform.js';
import type { CheckedEntry } from './shard-rows.js';

/** How much was looked at, added up over shards. */
export interface MeaningCounts {
  readonly decisions: number;
  readonly olderEntries: number;
  readonly states: number;
}

export interface MeaningParts {
  readonly deciders: Deciders;
  readonly findings: Findings;
  readonly requestFault: RequestFault | undefined;
  /** Of states folded at once, in characters of their text. */
  readonly statesCharsMax: number;
}

const PAGE = 1_000;

/** What the entries of one shard say: every request decided again, every kept state compared. */
export class Meaning {
  private readonly reperformer: Reperformer;

  private constructor(
    private readonly client: PoolClient,
    private readonly shard: number,
    private readonly parts: MeaningParts,
    private readonly states: KeptStates,
  ) {
    this.reperformer = this.performer(parts.statesCharsMax);
  }

  static async of(client: PoolClient, shard: number, parts: MeaningParts): Promise<Meaning> {
    return new Meaning(client, shard, parts, await KeptStates.of(client, shard));
  }

  /** The next entries of the shard, in order of position. */
  async take(entries: readonly CheckedEntry[]): Promise<void> {
    const originals = await Originals.of(this.client, this.shard, entries);
    for (const entry of entries) this.reperformer.entry(entry, originals.of(entry));
  }

  async end(): Promise<MeaningCounts> {
    const { client, shard, parts, reperformer } = this;
    reperformer.end();
    let { decided, older } = reperformer;
    const stopped = new Set(reperformer.stopped);
    for (const putOff of reperformer.putOff.values()) {
      const alone = await this.alone(putOff);
      decided += alone.decided;
      older += alone.older;
      for (const id of alone.stopped) stopped.add(id);
    }
    const states = await this.states.compare(
      ...([client, shard, parts.deciders, stopped, parts.findings] as const),
    );
    return { decisions: decided, olderEntries: older, states };
  }

  /** One stream from its beginning, beside its agreement. */
  private async alone({ name, streamId: id, version }: PutOff): Promise<Reperformer> {
    const alone = this.performer(Infinity);
    const agreement = { ...name, kind: 'agreement' as const, key: rootOf(name.key) };
    const beside: CheckedEntry[] = [];
    if (name.kind === 'commitment' || name.kind === 'investment')
      for await (const page of this.entriesOf(streamId(agreement))) beside.push(...page);
    for await (const page of this.entriesOf(id)) {
      const originals = await Originals.of(this.client, this.shard, page);
      for (const entry of page) {
        for (let [next] = beside; next && next.position < entry.position; [next] = beside) {
          alone.beside(next);
          beside.shift();
        }
        if (Number(entry.said.version) <= version) alone.beside(entry);
        else alone.entry(entry, originals.of(entry));
      }
    }
    alone.end();
    return alone;
  }

  private async *entriesOf(id: string): AsyncGenerator<readonly CheckedEntry[]> {
    for (let version = 0; ;) {
      const { rows } = await this.client.query<StreamEntry>(
        `SELECT position, stream_version AS version, entry FROM ledger.ledger_event
         WHERE shard = $1 AND stream_id = $2 AND stream_version > $3
         ORDER BY stream_version LIMIT ${PAGE}`,
        [this.shard, id, version],
      );
      yield rows.flatMap(({ position, entry: text }) => {
        const said = readEntryText(text).entry;
        if (said === null) return [];
        const stream = streamNamed(said.tenant, said.stream);
        return [{ position: Number(position), hash: '', text, said, stream, streamId: id }];
      });
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      version = last.version;
    }
  }

  private performer(charsMax: number): Reperformer {
    const { deciders, findings, requestFault } = this.parts;
    return new Reperformer({
      ...{ shard: this.shard, deciders, findings, requestFault, charsMax },
      onState: (id, version, text) => this.states.at(id, version, text),
    });
  }
}

interface StreamEntry {
  readonly position: string;
  readonly version: number;
  readonly entry: string;
}
