import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Ledger, Outcome, StreamReader } from '../ledger/ledger.js';
import { handle, type CommandEnvelope } from './handle.js';

/** Nest's injection token of the ledger. */
export const LEDGER = Symbol('Ledger');

/** The one command that the CommandBus dispatches: an envelope around a command of the domain. */
export class LedgerCommand extends Command<Outcome> {
  constructor(readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(LedgerCommand)
export class LedgerCommandHandler implements ICommandHandler<LedgerCommand, Outcome> {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger & StreamReader) {}

  execute({ envelope }: LedgerCommand): Promise<Outcome> {
    return handle(this.ledger, envelope);
  }
}
