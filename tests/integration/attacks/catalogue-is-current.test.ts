import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { readCatalogue } from '../../../libs/audit/catalogue.js';
import { databaseServers, testDatabase } from '../../support/database.js';

const FILE = fileURLToPath(new URL('../../../infra/postgres/catalogue.json', import.meta.url));

/**
 * `infra/postgres/catalogue.json` is what `verify` expects to find. After a new migration:
 * `LEDGER_WRITE_CATALOGUE=1 npm run -s jest -- tests/integration/attacks/catalogue-is-current.test.ts`
 */
describe.each(databaseServers())('the catalogue on $name', (server) => {
  it('is what the migrations make of an empty database', async () => {
    const database = await testDatabase({ server });
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    try {
      await owner.query('BEGIN; SET LOCAL search_path = pg_catalog');
      const made = await readCatalogue(owner);
      await owner.query('ROLLBACK');
      if (process.env['LEDGER_WRITE_CATALOGUE'] === '1')
        writeFileSync(FILE, `${JSON.stringify(made, null, 2)}\n`);
      expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(made);
      expect(Object.keys(made.objects)).toEqual(
        expect.arrayContaining([
          'trigger ledger.ledger_event append_only',
          'constraint ledger.ledger_event ledger_event_dedupe_key',
          'function ledger.refuse_change()',
          'column ledger.ledger_event.entry',
        ]),
      );
      expect(made.grants['ledger.ledger_event']).toBe('INSERT, SELECT');
    } finally {
      await owner.end();
      await database.drop();
    }
  });
});
