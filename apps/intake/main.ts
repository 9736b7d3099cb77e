import { runService } from '../../libs/host/run-service.js';
import { startWorker } from '../../libs/host/service.js';
import { IntakeModule } from './intake.module.js';

await runService({ roles: ['intake'], modules: [IntakeModule] }, startWorker);
