import type { Logger } from 'pino';
import type { Principal } from '../../libs/application/principal.js';
import type { UsageRecorder } from '../../libs/application/record-usage.js';
import type { Ledger, LedgerReader, StreamReader } from '../../libs/ledger/ledger.js';
import type { Views } from '../../libs/projections/read-view.js';
import type { Metrics } from '../../libs/runtime/metrics.js';

/** Who a key belongs to; null: no such key, or a revoked one. */
export interface ApiKeys {
  find(key: string): Promise<Principal | null>;
}

/** What the api is given. It opens nothing by itself, so tests and standalone hand over what they have. */
export interface ApiParts {
  readonly ledger: Ledger & StreamReader;
  readonly reader: LedgerReader & StreamReader;
  readonly recorder: Pick<UsageRecorder, 'record' | 'refuseUnread'> &
    Partial<Pick<UsageRecorder, 'retryParked'>>;
  readonly views: Views;
  readonly keys: ApiKeys;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly version: string;
  /** What else this process does, for its readiness. */
  readonly roles?: () => readonly {
    readonly role: string;
    readonly ready: boolean;
    readonly now: object;
  }[];
}

/** Nest's injection token of all of it. */
export const PARTS = Symbol('ApiParts');
