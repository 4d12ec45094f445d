import { expect, test } from 'vitest'
import { missingOf, noTransport, toCredentials, toSettings } from './transport.ts'

const definition = (settings: Record<string, unknown>) => JSON.parse(String(settings.definition))

test('a server is named by its host, however it was typed', () => {
  const sftp = {
    ...noTransport,
    kind: 'sftp' as const,
    host: 'sftp://files.example/',
    path: '/to us/scoot',
    user: 'u',
  }
  expect(toSettings('Scoot', {}, sftp)).toMatchObject({ server: 'sftp://files.example/to%20us/scoot' })
  expect(toSettings('Scoot', {}, { ...sftp, kind: 'ftps', path: '' })).toMatchObject({
    server: 'ftps://files.example',
  })
  expect(toSettings('Scoot', {}, { ...noTransport, kind: 'folder', folder: 'scoot' })).toMatchObject({
    server: 'folder:scoot',
  })
  expect(missingOf({ ...sftp, host: ' ' })).toEqual(['host'])
})

test('only the secrets of the way that was chosen are sent', () => {
  const all = {
    ...noTransport,
    user: 'u',
    password: 'p',
    privateKey: 'k',
    apiSecret: 'a',
    webhookSecret: 'w',
  }
  const sent = (kind: (typeof all)['kind']) =>
    Object.entries(toCredentials({ ...all, kind })).flatMap(([name, value]) => (value === '' ? [] : [name]))
  expect(sent('upload')).toEqual([])
  expect(sent('sftp')).toEqual(['user', 'password', 'privateKey'])
  expect(sent('webhook')).toEqual(['webhookSecret'])
  expect(sent('polls')).toEqual(['apiSecret'])
})

test('how it calls and is called is part of its description', () => {
  const polls = { levels: { path: '/stock', everyMinutes: '5' }, shipments: { path: ' ', everyMinutes: '' } }
  const asked = toSettings(
    'S',
    { feeds: {} },
    { ...noTransport, kind: 'polls', baseUrl: 'https://a.example', polls },
  )
  expect(definition(asked)).toEqual({
    feeds: {},
    rest: {
      baseUrl: 'https://a.example',
      authentication: { kind: 'bearer' },
      polls: [{ feed: 'levels', path: '/stock', everyMinutes: 5 }],
    },
  })
  expect(definition(toSettings('S', {}, { ...noTransport, kind: 'webhook' }))).toEqual({
    webhook: { authentication: { kind: 'hmac-sha256', header: 'x-signature' } },
  })
})
