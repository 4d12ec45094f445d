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

test.each<[url: string, from: string | undefined, said: string]>([
  [
    'https://mail.example',
    'hub@brand.example',
    'PLIMSOLL_SMTP_URL: give an address such as smtp://user:password@mail.example:587.',
  ],
  ['smtp://mail.example', undefined, 'PLIMSOLL_MAIL_FROM: say whom letters come from'],
  [
    'smtp://mail.example',
    'hub',
    'PLIMSOLL_MAIL_FROM: give an address, such as Plimsoll <hub@brand.example>.',
  ],
  ['smtp://mail.example', 'A\nBcc: x@y.example <hub@brand.example>', 'PLIMSOLL_MAIL_FROM: give an address'],
  ['smtp://mail.example?secure=1', 'hub@brand.example', 'PLIMSOLL_SMTP_URL: give no more than'],
  ['smtp://u:p%zz@mail.example', 'hub@brand.example', 'is written as %25'],
])('a mail server %j with %j is refused with the cure', (url, from, said) => {
  vi.stubEnv('PLIMSOLL_SMTP_URL', url)
  if (from !== undefined) vi.stubEnv('PLIMSOLL_MAIL_FROM', from)
  expect(() => readConfiguration()).toThrow(said)
})

test('a mail server: usual ports, and a password goes out over TLS or to this machine alone', () => {
  vi.stubEnv('PLIMSOLL_MAIL_FROM', 'A brand <hub@brand.example>')
  const mailOf = (url: string) => {
    vi.stubEnv('PLIMSOLL_SMTP_URL', url)
    return readConfiguration().mail
  }
  expect(mailOf('')).toBeUndefined()
  expect(mailOf('smtp://ann%40x:p%2Fw@mail.example')).toMatchObject({
    port: 587,
    isSecure: false,
    needsTls: true,
    login: { user: 'ann@x', password: 'p/w' },
  })
  expect(mailOf('smtps://mail.example')).toMatchObject({ port: 465, isSecure: true, needsTls: false })
  expect(mailOf('smtp://u:p@127.0.0.1:2525')).toMatchObject({ port: 2525, needsTls: false })
})
