import { Module } from '@nestjs/common';
import { ParkedUsageModule } from '../../libs/host/parked-usage.module.js';
import { HttpApiModule } from './http-api.module.js';

/** Usage, commands and questions come in over HTTP, and what is parked is tried again. */
@Module({ imports: [HttpApiModule, ParkedUsageModule] })
export class ApiModule {}
