import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RefusalRecord, RefusalChannel } from './inbox/refusals.js';
import { UsageInbox } from './inbox/usage-inbox.js';
import type { Observer } from './observer.js';
import { OBSERVER } from './tokens.js';

/** What an edge refused before it was an event or a command: on record and counted, like everything that comes in. */
export class RecordRefusals extends Command<void> {
  constructor(
    readonly refusals: readonly RefusalRecord[],
    readonly channel: RefusalChannel,
  ) {
    super();
  }
}

@CommandHandler(RecordRefusals)
export class RecordRefusalsHandler implements ICommandHandler<RecordRefusals> {
  constructor(
    private readonly inbox: UsageInbox,
    @Inject(OBSERVER) private readonly observer: Observer,
  ) {}

  async execute({ refusals, channel }: RecordRefusals): Promise<void> {
    if (refusals.length === 0) return;
    await this.inbox.refuse(channel, refusals);
    if (channel !== 'kafka-commands') this.observer.count?.(channel, 'refused', refusals.length);
    this.observer.refused?.(
      channel,
      refusals.map(({ problem }) => problem.code),
    );
  }
}
