import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type CommandBus, type ICommandHandler } from '@nestjs/cqrs';
import type { Ledger, Outcome, StreamReader } from '../ledger/ledger.js';
import { handle, type CommandEnvelope, type Decide } from './handle.js';
import { LEDGER } from './tokens.js';

/** A command of the domain in its envelope: one class carries them all, because all are decided alike. */
export class DecideCommand extends Command<Outcome> {
  constructor(readonly envelope: CommandEnvelope) {
    super();
  }
}

/** Handed to the ledger in the very turn it is sent, so that commands of one batch are decided in their order. */
@CommandHandler(DecideCommand)
export class DecideCommandHandler implements ICommandHandler<DecideCommand> {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger & StreamReader) {}

  execute({ envelope }: DecideCommand): Promise<Outcome> {
    return handle(this.ledger, envelope);
  }
}

/** The CommandBus as a function, for channels that send commands of the domain and nothing else. */
export const decideThrough =
  (commands: CommandBus): Decide =>
  (envelope) =>
    commands.execute(new DecideCommand(envelope));
