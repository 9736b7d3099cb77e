import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { complete } from './document/complete.js';

const TAGS: Readonly<Record<string, string>> = {
  portfolio: 'Questions over all agreements.',
  parties: 'Who deals with whom, and who holds a part of whom.',
  agreements: 'Agreements between a vendor and a customer.',
  commitments: 'What a customer has pledged to use, and how far it has got.',
  investments: 'What an investor pays, in tranches.',
  milestones: 'What must have happened before a tranche may be called.',
  usage: 'What was used, and what is taken back of it.',
  ledger: 'The entries behind every number, as they were hashed.',
  operations: 'Probes, metrics, version.',
};

const openApi = (app: NestFastifyApplication, version: string): OpenAPIObject => {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Commitment Ledger')
    .setDescription(
      'An append-only ledger of investment tranches and cloud-spend commitments. Money is decimal text; times are ' +
        'RFC 3339; errors are problem details (RFC 9457) with a stable `code`. Requests with members or parameters that ' +
        'are not described here are refused; answers may gain members.',
    )
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'Where this document came from.')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key.' });
  for (const [tag, description] of Object.entries(TAGS)) builder.addTag(tag, description);
  return complete(
    SwaggerModule.createDocument(app, builder.build(), {
      // What clients call it: verb and noun, unique over all controllers.
      operationIdFactory: (_controller, method) => method,
      autoTagControllers: false,
    }),
  );
};

/** `/docs` (its assets come from here, not from somebody's network) and `/openapi.json`. */
export const serveDocs = (app: NestFastifyApplication, version: string): void => {
  SwaggerModule.setup('docs', app, openApi(app, version), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Commitment Ledger API',
    swaggerOptions: { persistAuthorization: false },
  });
};
