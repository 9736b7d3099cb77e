import tseslint from 'typescript-eslint';

/** Imports go one way (see the README): each folder names what it must not reach for. */
const forbid = (files, patterns, message) => ({
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: patterns.map((regex) => ({ regex, message })) }],
  },
});

export default tseslint.config(
  {
    ignores: [
      ...['node_modules', 'dist', 'dist.*', '.ledger', 'coverage', '**/node_modules'],
      // Programs against a client that is generated when they are tested.
      'tests/clients',
      // Generated from the document of the api.
      'apps/dashboard/src/api/ledger-api.d.ts',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  // What may be missing is said by a type, a loop or an error with a sentence. Tests may know better than the compiler.
  {
    files: [
      'libs/{access,alerts,audit,domain,forecast,live,messaging,projections,waiting}/**/*.ts',
      'apps/{alerter,projector,publisher}/**/*.ts',
      'infra/**/*.ts',
    ],
    ignores: ['**/*.spec.ts', '**/testing/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'error' },
  },
  // class-validator and Nest need the classes at run time; injected types must not be type-only imports.
  { files: ['apps/**/*.ts'], rules: { '@typescript-eslint/consistent-type-imports': 'off' } },
  { files: ['infra/setup/**', 'tests/benchmarks/**'], rules: { 'no-console': 'off' } },
  forbid(
    ['libs/domain/**/*.ts'],
    [
      '^node:',
      '^pg',
      '^@nestjs',
      '^(\\.\\./)+(answers|application|audit|contract|deliveries|host|ledger|messaging|projections|waiting|infra)/',
    ],
    'the domain is pure: no node:, pg, Nest, and no other library',
  ),
  forbid(
    ['libs/waiting/**/!(*.spec).ts'],
    ['^(?!\\./)'],
    'waiting is how a loop waits, and imports nothing',
  ),
  forbid(
    ['libs/forecast/**/!(*.spec).ts'],
    ['^(?!\\./)'],
    'a forecast is numbers in and numbers out, and imports nothing',
  ),
  forbid(
    ['libs/answers/**/*.ts'],
    ['^(?!@sinclair/typebox$)'],
    'answers is the vocabulary of schemas, and imports TypeBox only',
  ),
  forbid(
    ['libs/ledger/**/*.ts'],
    [
      '^@nestjs',
      'kafkajs',
      '^(\\.\\./)+(access|application|audit|contract|deliveries|host|messaging|projections|infra)/',
      '/apps/',
    ],
    'ledger imports domain only',
  ),
  forbid(
    ['libs/projections/**/*.ts', 'libs/audit/**/*.ts'],
    [
      '^@nestjs/(?!cqrs$)',
      'kafkajs',
      '^(\\.\\./)+(access|application|contract|deliveries|host|messaging|infra)/',
      '/apps/',
    ],
    'projections and audit import ledger and domain only',
  ),
  // Queries are Nest's to the type checker; nothing of Nest is loaded with them.
  {
    files: ['libs/projections/**/*.ts', 'libs/audit/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^@nestjs', allowTypeImports: true }] },
      ],
    },
  },
  forbid(
    ['libs/contract/**/*.ts'],
    [
      '^@nestjs',
      'kafkajs',
      '^pg',
      '^(\\.\\./)+(access|application|audit|deliveries|host|messaging|projections|infra)/',
      '/apps/',
    ],
    'the contract says what the outside sees: it imports domain and the format of the ledger',
  ),
  forbid(
    ['libs/alerts/**/*.ts'],
    [
      '^@nestjs/(?!(common|cqrs)$)',
      'kafkajs',
      '^(\\.\\./)+(audit|deliveries|host|messaging)/',
      '/apps/',
    ],
    'alerts watch the views and tell of them: they import contract, application, projections, ledger and domain',
  ),
  forbid(
    ['libs/deliveries/**/*.ts'],
    [
      '^@nestjs/(?!cqrs$)',
      'kafkajs',
      '^(\\.\\./)+(projections|audit|messaging|host|infra)/',
      '/apps/',
    ],
    'deliveries turn files into usage events, and know neither screens nor views',
  ),
  forbid(
    ['libs/deliveries/focus/**/*.ts'],
    [
      '^@nestjs',
      'kafkajs',
      '^pg',
      '/(projections|audit|messaging|host|ledger|application|infra)/',
      '/apps/',
    ],
    'focus reads files, and imports domain and contract only',
  ),
  forbid(
    ['libs/live/**/*.ts'],
    [
      '^@nestjs',
      'kafkajs',
      '^(\\.\\./)+(access|application|audit|contract|deliveries|host|messaging)/',
      '/apps/',
    ],
    'live tells what ledger and projections have',
  ),
  forbid(
    ['libs/messaging/**/!(*.spec).ts'],
    ['^@nestjs', '^pg', '^(\\.\\./)+(access|audit|deliveries|host|projections|infra)/', '/apps/'],
    'messaging carries what ledger and contract define',
  ),
  forbid(
    ['libs/access/**/*.ts'],
    [
      '^@nestjs',
      'kafkajs',
      '^(\\.\\./)+(application|audit|deliveries|host|messaging|projections|infra)/',
      '/apps/',
    ],
    'access says who asks and what they may: it imports domain, contract and waiting only',
  ),
  forbid(
    ['libs/application/**/*.ts'],
    ['kafkajs', '^(\\.\\./)+(audit|deliveries|host|messaging|infra)/', '/apps/'],
    'application takes what a channel hands it, and knows neither channels nor services',
  ),
  forbid(
    ['libs/host/**/*.ts'],
    ['kafkajs', '/apps/'],
    'kafkajs lives in libs/messaging, and no library reaches for an app',
  ),
  forbid(['apps/**/*.ts'], ['^kafkajs'], 'kafkajs lives in libs/messaging'),
  forbid(
    ['apps/{alerter,api,intake,publisher,projector}/**/*.ts'],
    ['^kafkajs', '^(\\.\\./)+(alerter|api|cli|intake|publisher|projector|standalone)/'],
    'a service knows no other: what two of them need lies in a library (and kafkajs in libs/messaging)',
  ),
  forbid(
    ['apps/dashboard/**/*.{ts,tsx}'],
    ['^(\\.\\./){2,}'],
    'the dashboard runs in a browser, and knows of the api what its document says',
  ),
  forbid(
    ['apps/cli/**/*.ts'],
    ['^kafkajs', '^(\\.\\./)+(alerter|api|intake|publisher|projector)/(?!.*\\.module\\.js$)'],
    'the command line starts services and does not reach into them (and kafkajs lives in libs/messaging)',
  ),
  forbid(
    ['infra/**/!(*.spec).ts'],
    ['^@nestjs', '^(\\.\\./)+libs/(access|audit|deliveries|host)/', '/apps/'],
    'infra is what the product stands on: it knows what it stores and carries, not who serves it',
  ),
);
