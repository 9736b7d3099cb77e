import { migrate } from '../../infra/postgres/migrate.js';
import { digestOf } from '../../libs/contract/json/digest.js';
import { handle, targetOf } from '../../libs/application/handle.js';
import { drawdownId, toRecordDrawdown } from '../../libs/application/usage-command.js';
import { deciders } from '../../libs/domain/aggregates.js';
import type { DomainCommand } from '../../libs/domain/events.js';
import type { Ledger, StreamReader, Submission } from '../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { dealCommands } from '../support/deal-commands.js';
import { runtimeUrlOf } from '../support/database.js';
import type { Contestant, Opened } from './contest.js';
import { usageEvent } from './payload.js';
import type { BenchServer } from './server.js';

export const TENANT = 'bench';
const POSTER = { tenant: TENANT, name: 'bench' };
const STARTS_AT = '2026-01-01T00:00:00.000000Z';

/**
 * The ledger in process, over one shard, with everything on: decide, gapless positions, hash chain, dedupe, states.
 * One agreement per caller, each with a pool commitment.
 */
export const ours = (server: BenchServer, callers: number, eventsPerCall: number): Contestant => ({
  side: 'commitment-ledger',
  note: `one shard, ${callers === 1 ? 'one agreement' : `${callers} agreements`}: decide, dedupe, chain, gapless`,
  open: async (): Promise<Opened> => {
    const ownerUrl = await server.emptyDatabase();
    const runtimeUrl = runtimeUrlOf(ownerUrl);
    await migrate(ownerUrl, { runtimeUrl, shardCount: 1 });
    const ledger = await PostgresLedger.open({ url: runtimeUrl, deciders });
    for (let caller = 0; caller < callers; caller += 1) await agree(ledger, agreementOf(caller));
    await server.checkpoint();
    return {
      call: async (caller, call) => {
        const agreement = agreementOf(caller);
        const outcomes = await Promise.all(
          Array.from({ length: eventsPerCall }, (_, index) => {
            return ledger.submit(submission(agreement, `${caller}-${call}-${index}`));
          }),
        );
        for (const outcome of outcomes) {
          if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
        }
        return eventsPerCall;
      },
      close: async () => {
        await ledger.close();
        await server.drop(ownerUrl);
      },
    };
  },
});

/** Translated once: what edges do to a message is measured by the import, a peer gets its events ready-made too. */
const TRANSLATED = toRecordDrawdown(usageEvent('bench-agreement-0', '0'), POSTER);

export const submission = (agreementId: string, id: string): Submission => {
  const { command } = TRANSLATED;
  if (command.type !== 'RecordDrawdown') throw new Error(command.type);
  const own = {
    ...command,
    agreementId,
    drawdownId: drawdownId(TRANSLATED.source, id),
    charge: { ...command.charge, attributes: { ...command.charge.attributes } },
  };
  // As the edges make them: Node 20 gives an object with a new member after a spread a hidden class of its own.
  const { stream, alongside } = targetOf(TENANT, own);
  return { ...TRANSLATED, stream, alongside, id, command: own };
};

const agreementOf = (caller: number): string => `bench-agreement-${caller}`;

/** An agreement with one commitment that takes any usage. */
export const agree = async (ledger: Ledger & StreamReader, agreementId: string): Promise<void> => {
  const commands: DomainCommand[] = [
    ...(['vendor', 'customer'] as const).map((kind): DomainCommand => ({
      type: 'RegisterParty',
      partyId: `${agreementId}-${kind}`,
      name: kind,
      kinds: [kind],
    })),
    ...Object.values(
      dealCommands({
        agreementId,
        title: 'Benchmark',
        vendorId: `${agreementId}-vendor`,
        customerId: `${agreementId}-customer`,
        commitmentId: `${agreementId}.pool`,
        startsAt: STARTS_AT,
        endsAt: null,
        total: '100000000',
        terms: { name: 'Benchmark pool', basis: 'effective' },
      }),
    ),
  ];
  for (const [index, command] of commands.entries()) {
    const outcome = await handle(ledger, {
      tenant: TENANT,
      actor: 'bench',
      source: 'urn:bench-setup',
      id: `${agreementId}/${index}`,
      digest: digestOf(command),
      effectiveAt: STARTS_AT,
      expectedVersion: null,
      command,
    });
    if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
  }
};
