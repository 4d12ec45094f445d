import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { type ConfigurationOptions, readConfiguration } from './configuration.ts'

test.each<[ConfigurationOptions, string]>([
  [{ log: 'loud' }, '--log (PLIMSOLL_LOG): use one of debug, info, warn, error, silent.'],
  [
    { publicUrl: 'hub.example' },
    '--public-url (PLIMSOLL_PUBLIC_URL): give a whole address, such as https://hub.example.',
  ],
  [{ publicUrl: 'ftp://hub.example' }, '--public-url (PLIMSOLL_PUBLIC_URL): give a whole address'],
  [
    { databaseUrl: 'mysql://localhost' },
    '--database-url (DATABASE_URL): give an address such as postgres://user@host/database.',
  ],
  [{ port: 70_000 }, 'PLIMSOLL_PORT: give a whole number from 0 to 65535.'],
  [{ role: 'chef' }, 'There is no role "chef"; use api, worker, or api,worker.'],
  [{ role: '' }, 'There is no role ""; use api, worker, or api,worker.'],
])('%j is refused in one sentence with the cure', (options, said) => {
  expect(() => readConfiguration(options)).toThrow(said)
})

test('what an option says wins over what is usual, and an address loses its last slash', () => {
  expect(
    readConfiguration({ port: 0, publicUrl: 'https://hub.example/', role: 'worker', log: 'debug' }),
  ).toMatchObject({
    port: 0,
    publicUrl: 'https://hub.example',
    roles: { api: false, worker: true },
    logLevel: 'debug',
  })
})

afterEach(() => vi.unstubAllEnvs())

test('folders of connectors stand in one variable as in PATH', () => {
  expect(readConfiguration().connectorFolders).toEqual([])
  vi.stubEnv('PLIMSOLL_CONNECTORS', ['/srv/ours', '', ' theirs '].join(path.delimiter))
  expect(readConfiguration().connectorFolders).toEqual([path.resolve('/srv/ours'), path.resolve('theirs')])
})
