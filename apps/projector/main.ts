import { runService } from '../../libs/host/run-service.js';
import { startWorker } from '../../libs/host/service.js';
import { ProjectorModule } from './projector.module.js';

await runService({ roles: ['projector'], modules: [ProjectorModule] }, startWorker);
