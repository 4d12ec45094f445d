// Folders over FTPS, against a real server on loopback: TLS, listings, renames, and what is refused.
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { createFileTree } from '../simulator/file-tree.ts'
import { type FtpsServerOptions, startFtpsServer } from '../simulator/ftps-server.ts'
import type { FolderPlace } from './folder.ts'
import { openFolder } from './open-folder.ts'

const text = (content: string) => Buffer.from(content)

async function ftps(
  options: Partial<FtpsServerOptions> = {},
  place: Partial<FolderPlace & { kind: 'ftps' }> = {},
) {
  const tree = createFileTree(() => 1_790_000_000_000)
  tree.folders.add('/partner')
  const now = () => Date.now()
  const server = await startFtpsServer({ tree, user: 'hub', password: 'secret', now, ...options })
  onTestFinished(() => server.close())
  const folder = openFolder(
    {
      kind: 'ftps',
      host: '127.0.0.1',
      port: server.port,
      user: 'hub',
      password: 'secret',
      implicit: options.implicit ?? false,
      root: '/partner',
      certificate: server.certificate,
      ...place,
    },
    { clock: systemClock, localRoot: undefined },
  )
  onTestFinished(() => folder.close())
  return { tree, server, folder }
}

describe.each([
  ['asking for TLS', {}],
  ['TLS from the first byte', { implicit: true }],
  ['an older server', { isPlain: true }],
] as const)('FTPS, %s', (_name, options) => {
  test('what is written is there whole, listed by name, replaced, and renamed never over another', async () => {
    const { folder, tree } = await ftps(options)
    await folder.write('out/b.csv', text('second'))
    await folder.write('out/a.csv', text('first'))
    await folder.write('out/a.csv', text('first, again'))
    const listed = await folder.list('out')
    expect(listed.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['a.csv', 12],
      ['b.csv', 6],
    ])
    expect((await folder.read('out/a.csv')).toString()).toBe('first, again')
    expect(await folder.find('out/a.csv')).toMatchObject({ name: 'a.csv', bytes: 12 })
    expect(await folder.find('out/c.csv')).toBeUndefined()
    expect([...tree.files.keys()].filter((name) => name.endsWith('.tmp'))).toEqual([])
    await folder.write('archive/a.csv', text('other'))
    expect(await folder.move('out/a.csv', 'archive/a.csv')).toBe('taken')
    expect(await folder.move('out/a.csv', 'archive/2026/a.csv')).toBe('moved')
    expect(await folder.move('out/a.csv', 'archive/2026/b.csv')).toBe('missing')
    expect(tree.text('/partner/archive/2026/a.csv')).toBe('first, again')
    expect(tree.text('/partner/archive/a.csv')).toBe('other')
    await expect(folder.list('nowhere')).rejects.toMatchObject({ kind: 'not-found' })
    await expect(folder.read('nowhere.csv')).rejects.toMatchObject({ kind: 'not-found' })
    await expect(folder.read('../secret.csv')).rejects.toMatchObject({ kind: 'forbidden' })
    await expect(folder.list('a\r\nDELE b')).rejects.toMatchObject({ kind: 'forbidden' })
    const content = Buffer.alloc(300_000, 'a line of a large file\n')
    await folder.write('large.csv', content)
    expect((await folder.read('large.csv')).equals(content)).toBe(true)
  })
})

test('FTPS: a file says when it was changed, so that one which still grows can be left', async () => {
  const { folder, tree } = await ftps()
  tree.put('/partner/in/a.csv', 'SKU;units\nA;')
  const [first] = await folder.list('in')
  expect(first).toMatchObject({ bytes: 12, modifiedAt: new Date(1_790_000_000_000) })
  tree.put('/partner/in/a.csv', 'SKU;units\nA;12\n')
  expect(await folder.find('in/a.csv')).toMatchObject({ bytes: 15 })
})

test('FTPS: a certificate that nobody vouches for, another name, a wrong password, no server: each is said, and nothing is sent', async () => {
  const stranger = await ftps({}, { certificate: undefined })
  await expect(stranger.folder.list('')).rejects.toMatchObject({
    kind: 'unavailable',
    sent: false,
    message: expect.stringMatching(/self-signed certificate/),
  })
  const named = await ftps({ names: ['elsewhere.example'] })
  await expect(named.folder.list('')).rejects.toMatchObject({
    kind: 'unavailable',
    sent: false,
    message: expect.stringMatching(/altnames/),
  })
  const other = await ftps()
  const swapped = await ftps({}, { certificate: other.server.certificate })
  await expect(swapped.folder.list('')).rejects.toMatchObject({ kind: 'unavailable', sent: false })
  const wrong = await ftps({}, { password: 'wrong' })
  await expect(wrong.folder.list('')).rejects.toMatchObject({ kind: 'unauthorized' })
  const gone = await ftps()
  await gone.server.close()
  await expect(gone.folder.list('')).rejects.toMatchObject({ kind: 'unavailable', sent: false })
})

test('FTPS: what broke off is not taken for whole; a connection that was cut is opened again', async () => {
  const { folder, tree } = await ftps({ breaksOffAfter: 5 })
  tree.put('/partner/in/a.csv', 'nine bytes')
  await expect(folder.read('in/a.csv')).rejects.toMatchObject({ kind: 'malformed' })
  const again = await ftps()
  await again.folder.write('a.csv', text('a'))
  again.server.cut()
  await expect
    .poll(() =>
      again.folder.list('').then(
        (files) => files.length,
        () => 0,
      ),
    )
    .toBe(1)
  expect(again.server.connections()).toBe(2)
})

test('FTPS: an upload that fails leaves nothing under the name', async () => {
  const { folder, tree } = await ftps({ fails: (command) => command === 'RNTO' })
  await expect(folder.write('out/a.csv', text('a'))).rejects.toMatchObject({
    kind: 'unavailable',
    sent: true,
  })
  expect(tree.files.has('/partner/out/a.csv')).toBe(false)
})
