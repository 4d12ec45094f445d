/**
 * Which way imports point (ARCHITECTURE.md). Each package may import what its row names, and nothing else of ours.
 * Tests, the laboratory and the benchmarks stand outside of the house and may look into every window.
 */
const mayImport = {
  'packages/database': [],
  'packages/stock': ['packages/database'],
  'packages/orders': ['packages/stock', 'packages/database'],
  'packages/accounts': ['packages/database'],
  'packages/connector-kit': [],
  'packages/edi': ['packages/connector-kit'],
  'packages/connectors': ['packages/connector-kit', 'packages/files', 'packages/edi'],
  'packages/sync': [
    'packages/orders',
    'packages/stock',
    'packages/database',
    'packages/accounts',
    'packages/connector-kit',
  ],
  'packages/client': [],
  'packages/files': [],
  'apps/dashboard': ['packages/client'],
  'apps/hub': [
    'packages/sync',
    'packages/orders',
    'packages/stock',
    'packages/database',
    'packages/accounts',
    'packages/connectors',
    'packages/connector-kit',
    'packages/client',
    'packages/files',
  ],
}

/** Tests, and what the tests of a whole app share beside them. */
const TESTS = '[.]test[.]tsx?$|^apps/[^/]+/test/'
const SQL_SPEAKERS = [
  '[.]store[.]ts$',
  '^packages/database/',
  TESTS,
  // The hub listens to and diagnoses the database that it was given.
  '^(bench|laboratory)/',
]

const directions = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `${folder} imports only what lies below it`,
  severity: 'error',
  from: { path: `^${folder}/`, pathNot: TESTS },
  to: { path: '^(packages|apps)/', pathNot: [folder, ...allowed].map((each) => `^${each}/`) },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'no cycles',
      comment: 'Types may refer to each other; running code may not.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing resolves to nowhere',
      severity: 'error',
      from: {},
      // Types only; and addresses of files, which Vite resolves.
      to: { couldNotResolve: true, pathNot: ['^vite/client$', '[.]wasm[?]url$'] },
    },
    {
      name: 'nothing imports the hub',
      severity: 'error',
      from: { pathNot: ['^apps/hub/', '^(bench|laboratory)/', '^scripts/', '^apps/dashboard/test/'] },
      to: { path: '^apps/hub/' },
    },
    {
      name: 'packages import each other by name',
      comment: 'A path that climbs out of a package gets round its public face.',
      severity: 'error',
      from: { path: '^((?:packages|apps)/[^/]+)/', pathNot: TESTS },
      to: { path: '^(packages|apps)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'connectors do not know each other',
      severity: 'error',
      from: { path: '^packages/connectors/([^/]+)/' },
      to: { path: '^packages/connectors/([^/]+)/', pathNot: '^packages/connectors/$1/' },
    },
    {
      name: 'a connector talks through the kit',
      comment: 'Budgets, time-outs and error classes live there; the database is none of its business.',
      severity: 'error',
      from: { path: '^packages/connectors/', pathNot: [TESTS, '/simulator(/|[.]ts$)'] },
      to: { path: 'node_modules/(pg|kysely|undici|fastify)/' },
    },
    {
      name: 'SQL is spoken in *.store.ts',
      comment: 'Types such as Transaction may be named anywhere.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: SQL_SPEAKERS },
      to: { path: 'node_modules/(pg|kysely)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the invariants know nothing of the hub',
      comment:
        'They judge it from the simulators’ books and plain rows: what they shared with it they could not judge.',
      severity: 'error',
      from: { path: '^laboratory/invariants/' },
      to: { path: '.', pathNot: ['^laboratory/invariants/', 'node_modules/(@types/)?pg/', '^pg$'] },
    },
    {
      name: 'testing entries are for tests',
      severity: 'error',
      from: {
        path: '^(packages|apps)/',
        pathNot: [
          TESTS,
          '/testing/',
          '/conformance/',
          '/simulator(/|[.]ts$)',
          // How a connector's suite is started, and the command that runs it: without a test runner.
          '^packages/connectors/([^/]+/conformance|index|connector-folder)[.]ts$',
          '^apps/hub/src/cli/conformance[.]ts$',
        ],
      },
      to: { path: ['/testing/', '/conformance/', 'node_modules/(vitest|fast-check)/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    combinedDependencies: false,
  },
}
