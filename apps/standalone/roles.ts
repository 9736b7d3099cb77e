import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { groupNames } from '../../infra/kafka/topics.js';
import { projections } from '../../libs/projections/all.js';
import { ConfigurationError, nearest } from '../../libs/host/config.js';
import { faultPoints } from '../../libs/host/fault-points.js';
import type { ConsumerStatus } from '../../libs/messaging/ports.js';
import type { Logger } from '../../libs/host/logger.js';
import type { Metrics } from '../../libs/host/metrics.js';
import { startIntake } from '../intake/intake.js';
import { startKafkaProjector } from '../projector/projector.js';
import { startPublisher } from '../publisher/publisher.js';
import type { Messaging } from '../../libs/host/messaging.js';
import type { System } from '../../libs/host/system.js';

/** What a process can be asked to do in distributed mode, in any combination. */
export const ROLES = ['api', 'intake', 'publisher', 'projector'] as const;
export type Role = (typeof ROLES)[number];
/** The api is the HTTP server itself; the others work in the background, over Kafka. */
export type BackgroundRole = Exclude<Role, 'api'>;

/** What a role is given. */
export interface Host {
  readonly system: System;
  readonly messaging: Messaging;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface RunningRole {
  /** `ready` only when the role really does its work, `reason` why not; all else is for people. */
  status(): { readonly ready: boolean; readonly reason?: string | null };
  /** Finishes what is in hand. */
  close(): Promise<void>;
}

/** Of a member of a group, in words. */
const whyNot = (state: ConsumerStatus['state']): string | null =>
  ({
    starting: 'joining its group',
    working: null,
    silent: 'no broker answers',
    restarting: 'no broker answers, or its group does not gather; see the log',
    closed: 'stopping',
  })[state];

/** How each background role starts: may throw, and is tried again then. */
export const START: Readonly<Record<BackgroundRole, (host: Host) => Promise<RunningRole>>> = {
  intake: async ({ system, messaging, metrics, logger }) => {
    const { consumers, publisher } = messaging;
    const intake = await startIntake({ system, consumers, publisher, logger, metrics });
    return {
      status: () => {
        const status = intake.status();
        return { ready: status.state === 'working', reason: whyNot(status.state), ...status };
      },
      close: () => intake.close(),
    };
  },

  publisher: ({ system, messaging, metrics, logger }) =>
    startPublisher({
      pool: system.pool,
      reader: system.ledger,
      publisher: messaging.publisher,
      admin: messaging.admin,
      topics: messaging.topics,
      logger,
      metrics,
      // Another one at every start: a process that comes back is not the one that held the leases.
      owner: `${hostname()} ${process.pid} ${randomBytes(4).toString('hex')}`,
      leaseMs: system.config.leaseMs,
      at: faultPoints(),
    }),

  projector: async ({ system, messaging, metrics, logger }) => {
    const topic = messaging.topics.ledgerEvents;
    const group = groupNames(system.config.topicPrefix).projector;
    const projector = await startKafkaProjector({
      pool: system.pool,
      reader: system.reader,
      projections,
      consumer: (handler) => messaging.consumers({ group, topics: [topic] }, handler),
      topic,
      logger,
      metrics,
      at: faultPoints(),
    });
    return {
      status: () => {
        const status = projector.status();
        const [trouble] = Object.values(status.troubles);
        const behind = status.ready ? null : `${status.lag} events behind`;
        return { reason: whyNot(status.consumer.state) ?? trouble ?? behind, ...status };
      },
      close: () => projector.close(),
    };
  },
};

/** `api,publisher` as roles, each once. @throws ConfigurationError `role-unknown`. */
export const parseRoles = (text: string): readonly Role[] => {
  const named = text.split(',').map((part) => part.trim());
  for (const name of named)
    if (!isRole(name))
      throw new ConfigurationError(
        'role-unknown',
        `${name === '' ? 'An empty name' : name} is not a role. Did you mean ${nearest(name, ROLES)}? ` +
          `Roles: ${ROLES.join(', ')}; several with commas between.`,
      );
  return [...new Set(named.filter(isRole))];
};

const isRole = (name: string): name is Role => (ROLES as readonly string[]).includes(name);
