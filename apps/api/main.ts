import { runService } from '../../libs/host/run-service.js';
import { ApiModule } from './api.module.js';
import { startApi } from './start-api.js';

await runService({ roles: ['api'], modules: [ApiModule] }, startApi);
