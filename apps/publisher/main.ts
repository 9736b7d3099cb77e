import { runService } from '../../libs/host/run-service.js';
import { startWorker } from '../../libs/host/service.js';
import { PublisherModule } from './publisher.module.js';

await runService({ roles: ['publisher'], modules: [PublisherModule] }, startWorker);
