import type { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import type { DatabaseHealth } from '../../libs/application/database-health.js';
import type { Principal } from '../../libs/access/principal.js';
import type { UsageInbox } from '../../libs/application/inbox/usage-inbox.js';
import type { LedgerReader, StreamReader } from '../../libs/ledger/ledger.js';
import type { Views } from '../../libs/projections/asking/read-view.js';
import type { Metrics } from '../../libs/host/metrics.js';

/** Who a key belongs to; null: no such key, or a revoked one. */
export interface ApiKeys {
  find(key: string): Promise<Principal | null>;
}

/** A role of this process, as it sees itself. */
export interface RoleState {
  readonly role: string;
  readonly ready: boolean;
  /** Why not, or null. */
  readonly reason?: string | null;
  readonly now: object;
}

/** What the api is given. It opens nothing by itself, so tests and standalone hand over what they have. */
export interface ApiParts {
  readonly commands: CommandBus;
  readonly queries: QueryBus;
  readonly inbox: UsageInbox;
  readonly reader: LedgerReader & StreamReader;
  readonly views: Views;
  readonly keys: ApiKeys;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly version: string;
  /** Default: one over the pool of the views. */
  readonly health?: DatabaseHealth;
  /** What else this process does, for its readiness. */
  readonly roles?: () => readonly RoleState[];
}

/** Nest's injection token of all of it. */
export const PARTS = Symbol('ApiParts');
