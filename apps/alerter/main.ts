import { runService } from '../../libs/host/run-service.js';
import { startWorker } from '../../libs/host/service.js';
import { AlerterModule } from './alerter.module.js';

await runService({ roles: ['alerter'], modules: [AlerterModule.overKafka()] }, startWorker);
