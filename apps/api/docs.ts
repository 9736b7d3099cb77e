import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { UsageEventBody } from '../../libs/application/wire/usage.js';
import { ProblemAnswer, ProblemErrorAnswer } from './http/documented.js';

export const openApi = (app: NestFastifyApplication, version: string): OpenAPIObject =>
  SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setOpenAPIVersion('3.0.3')
      .setTitle('Commitment Ledger')
      .setDescription(
        'An append-only ledger of investment tranches and cloud-spend commitments. Money is decimal text; times are ' +
          'RFC 3339; errors are problem details (RFC 9457) with a stable `code`.',
      )
      .setVersion(version)
      .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key.' })
      .build(),
    {
      extraModels: [UsageEventBody, ProblemAnswer, ProblemErrorAnswer],
      operationIdFactory: (controller, method) =>
        `${controller.replace('Controller', '').toLowerCase()}.${method}`,
    },
  );

/** `/docs` (its assets come from here, not from somebody's network) and `/openapi.json`. */
export const serveDocs = (app: NestFastifyApplication, version: string): void => {
  SwaggerModule.setup('docs', app, openApi(app, version), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Commitment Ledger API',
    swaggerOptions: { persistAuthorization: false },
  });
};
