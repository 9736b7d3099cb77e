import type { Command } from 'commander';
import { Option } from 'commander';
import { ROLES, type Role } from '../../../libs/application/principal.js';
import { isCode, CODE_RULE } from '../../../libs/domain/ids.js';
import { createApiKey, listApiKeys, revokeApiKeys } from '../../../libs/runtime/api-keys.js';
import { createPool } from '../../../libs/runtime/pool.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';

/** Keys are the owner's to make and to revoke: the serving role may only look them up. */
const asOwner = async <Result>(
  context: Context,
  work: (pool: ReturnType<typeof createPool>) => Promise<Result>,
): Promise<Result> => {
  const { ownerUrl } = await context.system();
  const pool = createPool(ownerUrl, { max: 1 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
};

const create = async (context: Context, name: string, role: Role): Promise<void> => {
  if (!isCode(name)) throw new CliFailure(EXIT.usage, `A key's name is a code: ${CODE_RULE}.`);
  const { tenant } = context.config;
  const key = await asOwner(context, (pool) => createApiKey(pool, { tenant, name, role }));
  context.output.report({
    headline: `Made a key for ${name} (${role}) of tenant ${tenant}. It is shown only now:`,
    tables: [],
    notes: [key, 'Send it as: Authorization: Bearer <key>'],
    answer: { tenant, name, role, key },
    records: { columns: ['tenant', 'name', 'role', 'key'], rows: [[tenant, name, role, key]] },
    seen: null,
  });
};

const list = async (context: Context): Promise<void> => {
  const { tenant } = context.config;
  const keys = await asOwner(context, (pool) => listApiKeys(pool, tenant));
  const rows = keys.map(({ name, role, createdAt, revokedAt }) => [
    name,
    role,
    createdAt,
    revokedAt ?? '',
  ]);
  context.output.report({
    headline:
      keys.length === 0
        ? `Tenant ${tenant} has no keys yet. Make one: commitment-ledger key create NAME --role poster`
        : `Keys of tenant ${tenant}: the ledger knows only their hashes.`,
    tables:
      keys.length === 0
        ? []
        : [
            {
              title: 'API keys',
              columns: ['Name', 'Role', 'Made', 'Revoked'].map((title) => ({
                title,
                align: 'left' as const,
              })),
              rows,
            },
          ],
    notes: [],
    answer: { tenant, keys },
    records: { columns: ['name', 'role', 'createdAt', 'revokedAt'], rows },
    seen: null,
  });
};

const revoke = async (context: Context, name: string): Promise<void> => {
  const { tenant } = context.config;
  const revoked = await asOwner(context, (pool) => revokeApiKeys(pool, tenant, name));
  if (revoked === 0)
    throw new CliFailure(
      EXIT.failed,
      `Tenant ${tenant} has no key named ${name} that is not revoked.`,
      'commitment-ledger key list',
    );
  context.output.say(`Revoked ${name}. Running servers refuse it within two seconds.`);
};

export const registerKey = (program: Command, contextOf: (command: Command) => Context): void => {
  const group = program.command('key').description('API keys of the tenant');
  const make = group
    .command('create <name>')
    .description('make a key; its name is the actor of everything it does')
    .addOption(
      new Option('--role <role>', 'what it may do').choices([...ROLES]).makeOptionMandatory(),
    );
  make.action(async (name: string) => {
    await create(contextOf(make), name, make.opts<{ role: Role }>().role);
  });
  const show = group.command('list').description('names and roles, never the keys');
  show.action(async () => {
    await list(contextOf(show));
  });
  const end = group.command('revoke <name>').description('revoke every key of that name');
  end.action(async (name: string) => {
    await revoke(contextOf(end), name);
  });
};
