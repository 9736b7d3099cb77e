import type { Command } from 'commander';
import { Option } from 'commander';
import { ROLES, type Role } from '../../../libs/access/principal.js';
import { decideThrough } from '../../../libs/application/decide-command.js';
import { source } from '../../../libs/contract/validation/rules.js';
import { isCode, CODE_RULE } from '../../../libs/domain/ids.js';
import { listApiKeys } from '../../../libs/access/api-keys.js';
import { issueKey, revokeKeys, type KeyOffice } from '../access.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';

/** Keys are the owner's to make and to revoke: the serving role may only look them up. */
const asOwner = async <Result>(
  context: Context,
  work: (office: KeyOffice) => Promise<Result>,
): Promise<Result> => {
  const { pool, commands } = await context.owner();
  const decide = decideThrough(commands);
  return work({ decide, owner: pool, actor: context.principal.name });
};

interface CreateOptions {
  readonly role: Role;
  readonly person?: string;
  readonly source?: readonly string[];
}

const POSTS: readonly Role[] = ['poster', 'admin'];

const create = async (context: Context, name: string, options: CreateOptions): Promise<void> => {
  const { role, person = name, source: sources } = options;
  if (!isCode(name)) throw new CliFailure(EXIT.usage, `A key's name is a code: ${CODE_RULE}.`);
  if (!isCode(person))
    throw new CliFailure(
      EXIT.usage,
      `--person ${person} is not a code: ${CODE_RULE}. People are compared, so each is written in one way only.`,
    );
  checkSources(sources, role);
  const { tenant } = context.config;
  const holder = { tenant, name, role, person, ...(sources && { sources }) };
  const key = await asOwner(context, (office) => issueKey(office, holder));
  const whose = person === name ? '' : `, of ${person}`;
  context.output.report({
    headline: `Made a key for ${name} (${role}${whose}) of tenant ${tenant}. It is shown only now:`,
    tables: [],
    notes: [
      key,
      'Send it as: Authorization: Bearer <key>',
      ...(sources ? [`It may post usage of ${sources.join(', ')} only.`] : []),
    ],
    answer: { ...holder, sources: sources ?? null, key },
    records: {
      columns: ['tenant', 'name', 'role', 'person', 'sources', 'key'],
      rows: [[tenant, name, role, person, sourcesText(sources), key]],
    },
    seen: null,
  });
};

/** A source has no spaces. */
const sourcesText = (sources: readonly string[] | null | undefined): string =>
  sources?.join(' ') ?? '';

const checkSources = (sources: readonly string[] | undefined, role: Role): void => {
  if (sources === undefined) return;
  if (!POSTS.includes(role))
    throw new CliFailure(
      EXIT.usage,
      `--source says of what a key may post usage, and the role ${role} posts none.`,
      `Leave --source out, or make the key with --role ${POSTS[0]}.`,
    );
  for (const text of sources) {
    const fault = source(text, {});
    if (fault) throw new CliFailure(EXIT.usage, `--source ${text} ${fault.message}.`);
  }
};

const list = async (context: Context): Promise<void> => {
  const { tenant } = context.config;
  const keys = await listApiKeys((await context.reading()).pool, tenant);
  const rows = keys.map(({ name, role, person, sources, createdAt, revokedAt }) => [
    name,
    role,
    person,
    sourcesText(sources),
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
              columns: ['Name', 'Role', 'Person', 'Sources', 'Made', 'Revoked'].map((title) => ({
                title,
                align: 'left' as const,
              })),
              rows,
            },
          ],
    notes: [],
    answer: { tenant, keys },
    records: { columns: ['name', 'role', 'person', 'sources', 'createdAt', 'revokedAt'], rows },
    seen: null,
  });
};

const revoke = async (context: Context, name: string): Promise<void> => {
  const { tenant } = context.config;
  const revoked = await asOwner(context, (office) => revokeKeys(office, tenant, name));
  if (revoked === 0)
    throw new CliFailure(
      EXIT.failed,
      `Tenant ${tenant} has no key named ${name} that is not revoked.`,
      'commitment-ledger key list',
    );
  context.output.say(`Revoked ${name}. Running servers refuse it within two seconds.`);
};

export const registerKey = (program: Command, contextOf: (command: Command) => Context): void => {
  const group = program.command('key');
  const make = group
    .command('create <name>')
    .description('make a key; its name is the actor of everything it does')
    .addOption(
      new Option('--role <role>', 'what it may do').choices([...ROLES]).makeOptionMandatory(),
    )
    .option(
      '--person <person>',
      'whose it is: keys of one person do not count as two people (default: the name)',
    )
    .option(
      '--source <source>',
      'a source that it may post usage of over HTTP; repeat for more (default: any)',
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    );
  make.action(async (name: string) => {
    await create(contextOf(make), name, make.opts<CreateOptions>());
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
