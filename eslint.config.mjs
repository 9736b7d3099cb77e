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
    ],
  },
  {
    files: ['**/*.ts'],
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
  // class-validator and Nest need the classes at run time; injected types must not be type-only imports.
  { files: ['apps/**/*.ts'], rules: { '@typescript-eslint/consistent-type-imports': 'off' } },
  { files: ['infra/setup/**', 'tests/benchmarks/**'], rules: { 'no-console': 'off' } },
  forbid(
    ['libs/domain/**/*.ts'],
    [
      '^node:',
      '^pg',
      '^@nestjs',
      '^\\.\\./\\.\\./(ledger|application|projections|audit|messaging|focus|runtime)',
      '^\\.\\./(ledger|application|projections|audit|messaging|focus|runtime)',
    ],
    'the domain is pure: no node:, pg, Nest, and no other library',
  ),
  forbid(
    ['libs/ledger/**/*.ts'],
    ['^@nestjs', 'kafkajs', '/(application|projections|audit|messaging|focus)/', '/apps/'],
    'ledger imports domain only',
  ),
  forbid(
    ['libs/projections/**/*.ts', 'libs/audit/**/*.ts'],
    ['^@nestjs', 'kafkajs', '/(application|messaging|focus)/', '/apps/'],
    'projections and audit import ledger and domain only',
  ),
  forbid(
    ['libs/focus/**/*.ts'],
    ['^@nestjs', 'kafkajs', '^pg', '/(ledger|projections|audit|messaging)/', '/apps/'],
    'focus reads files and imports domain and the wire classes only',
  ),
  forbid(
    ['libs/messaging/**/*.ts'],
    ['^@nestjs', '^pg', '/(projections|audit|focus|runtime)/', '/apps/'],
    'messaging carries what ledger and application define',
  ),
  forbid(
    ['libs/application/**/*.ts', 'libs/runtime/**/*.ts'],
    ['kafkajs', '/apps/'],
    'kafkajs lives in libs/messaging',
  ),
  forbid(['apps/**/*.ts'], ['^kafkajs'], 'kafkajs lives in libs/messaging'),
);
