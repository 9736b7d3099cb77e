import { runService } from '../../libs/host/run-service.js';
import { startApi } from '../api/start-api.js';
import { StandaloneModule } from './standalone.module.js';

await runService({ roles: [], modules: [StandaloneModule] }, startApi);
