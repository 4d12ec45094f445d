import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { createFileTree } from '../simulator/file-tree.ts'
import { type SftpServerOptions, startSftpServer } from '../simulator/sftp-server.ts'
import type { Folder, FolderPlace } from './folder.ts'
import { openFolder } from './open-folder.ts'

const text = (content: string) => Buffer.from(content)

async function sftp(
  options: Partial<SftpServerOptions> = {},
  place: Partial<FolderPlace & { kind: 'sftp' }> = {},
) {
  const tree = createFileTree(() => 1_790_000_000_000)
  tree.folders.add('/partner')
  const server = await startSftpServer({ tree, user: 'hub', password: 'secret', ...options })
  onTestFinished(() => server.close())
  const folder = openFolder(
    {
      kind: 'sftp',
      host: '127.0.0.1',
      port: server.port,
      user: 'hub',
      password: 'secret',
      privateKey: undefined,
      passphrase: undefined,
      hostKey: server.hostKey,
      root: '/partner',
      ...place,
    },
    { clock: systemClock, localRoot: undefined },
  )
  onTestFinished(() => folder.close())
  return { tree, server, folder }
}

async function local(): Promise<{ folder: Folder; root: string }> {
  const root = await mkdtemp(path.join(tmpdir(), 'plimsoll-folder-'))
  onTestFinished(() => rm(root, { recursive: true }))
  return {
    folder: openFolder({ kind: 'local', root: 'scoot' }, { clock: systemClock, localRoot: root }),
    root,
  }
}

describe.each([
  ['SFTP', async () => (await sftp()).folder],
  ['SFTP of an older server', async () => (await sftp({ isPlain: true })).folder],
  ['a folder of this machine', async () => (await local()).folder],
])('%s', (_name, open) => {
  test('what is written is there whole, listed by name, and replaced', async () => {
    const folder = await open()
    await folder.write('out/b.csv', text('second'))
    await folder.write('out/a.csv', text('first'))
    await folder.write('out/a.csv', text('first, again'))
    expect((await folder.list('out')).map(({ name, bytes }) => [name, bytes])).toEqual([
      ['a.csv', 12],
      ['b.csv', 6],
    ])
    expect((await folder.read('out/a.csv')).toString()).toBe('first, again')
    expect(await folder.find('out/a.csv')).toMatchObject({ name: 'a.csv', bytes: 12 })
    expect(await folder.find('out/c.csv')).toBeUndefined()
  })

  test('renaming never replaces, and says when there is nothing to rename', async () => {
    const folder = await open()
    await folder.write('in/a.csv', text('one'))
    await folder.write('archive/a.csv', text('other'))
    expect(await folder.move('in/a.csv', 'archive/a.csv')).toBe('taken')
    expect(await folder.move('in/a.csv', 'archive/2026/a.csv')).toBe('moved')
    expect(await folder.move('in/a.csv', 'archive/2026/b.csv')).toBe('missing')
    expect((await folder.read('archive/2026/a.csv')).toString()).toBe('one')
    expect((await folder.read('archive/a.csv')).toString()).toBe('other')
    expect(await folder.list('in')).toEqual([])
  })

  test('what is not there is not found; nothing leads out', async () => {
    const folder = await open()
    await expect(folder.list('nowhere')).rejects.toMatchObject({ kind: 'not-found' })
    await expect(folder.read('nowhere.csv')).rejects.toMatchObject({ kind: 'not-found' })
    await expect(folder.read('../secret.csv')).rejects.toMatchObject({ kind: 'forbidden' })
    await expect(folder.write('in/../../x', text(''))).rejects.toMatchObject({ kind: 'forbidden' })
  })

  test('large files come whole', async () => {
    const folder = await open()
    const content = Buffer.alloc(3_000_000, 'a line of a large file\n')
    await folder.write('large.csv', content)
    expect((await folder.read('large.csv')).equals(content)).toBe(true)
  })
})

test('SFTP: a wrong password, a wrong key of the server, no server', async () => {
  const wrong = await sftp({}, { password: 'wrong' })
  await expect(wrong.folder.list('')).rejects.toMatchObject({ kind: 'unauthorized' })
  const other = await sftp({}, { hostKey: 'SHA256:AAAA' })
  await expect(other.folder.list('')).rejects.toMatchObject({
    kind: 'unauthorized',
    message: expect.stringContaining(other.server.hostKey),
  })
  const gone = await sftp()
  await gone.server.close()
  await expect(gone.folder.list('')).rejects.toMatchObject({ kind: 'unavailable', sent: false })
})

test('SFTP: a connection that was cut is opened again', async () => {
  const { folder, server } = await sftp()
  await folder.write('a.csv', text('a'))
  server.cut()
  await expect
    .poll(() =>
      folder.list('').then(
        (files) => files.length,
        () => 0,
      ),
    )
    .toBe(1)
  expect(server.connections()).toBe(2)
})

test('SFTP: a key that is not pinned is shown', async () => {
  const { folder, server } = await sftp({}, { hostKey: undefined })
  await folder.list('')
  expect(folder.hostKey()).toBe(server.hostKey)
})

test('SFTP: an upload that fails leaves nothing under the name', async () => {
  const { folder, tree } = await sftp({ fails: (operation) => operation === 'rename' })
  await expect(folder.write('out/a.csv', text('a'))).rejects.toMatchObject({
    kind: 'unavailable',
    sent: true,
  })
  expect(tree.files.has('/partner/out/a.csv')).toBe(false)
})

test('a folder of this machine follows no links, and is none unless the operator named one', async () => {
  const { folder, root } = await local()
  await mkdir(path.join(root, 'scoot'), { recursive: true })
  await writeFile(path.join(root, 'secret'), 'x')
  await symlink(path.join(root, 'secret'), path.join(root, 'scoot', 'a.csv'))
  await symlink(root, path.join(root, 'scoot', 'up'))
  expect(await folder.list('')).toEqual([])
  await expect(folder.read('a.csv')).rejects.toMatchObject({ kind: 'forbidden' })
  await expect(folder.read('up/secret')).rejects.toMatchObject({ kind: 'forbidden' })
  const terms = { clock: systemClock, localRoot: undefined }
  expect(() => openFolder({ kind: 'local', root: 'scoot' }, terms)).toThrow(/PLIMSOLL_FILES/)
  expect(() => openFolder({ kind: 'local', root: '../x' }, { ...terms, localRoot: root })).toThrow(
    /not below/,
  )
})

test('servers of private networks are not called', () => {
  const place = {
    kind: 'ftps',
    host: '10.0.0.7',
    port: 21,
    user: '',
    password: '',
    implicit: false,
    root: '',
    certificate: undefined,
  } as const
  expect(() => openFolder(place, { clock: systemClock, localRoot: undefined })).toThrow(/private network/)
})

test.each(['list', 'read', 'write'] as const)(
  'SFTP: a connection that breaks in the middle of a %s is told, and brings nothing else down',
  async (operation) => {
    for (const how of ['cut', 'drop', 'given up'] as const) {
      const hung = Promise.withResolvers<void>()
      let isHanging = true
      const { folder, server, tree } = await sftp({
        hangs: (which) => {
          if (!isHanging || which !== operation) return false
          hung.resolve()
          return true
        },
      })
      tree.put('/partner/a.csv', text('first'))
      const broken = new AbortController()
      const calls = {
        list: (signal?: AbortSignal) => folder.list('', { signal }),
        read: (signal?: AbortSignal) => folder.read('a.csv', { signal }),
        write: (signal?: AbortSignal) => folder.write('b.csv', text('second'), { signal }),
      }
      const told = calls[operation](broken.signal).then(
        () => 'done',
        (error: { kind?: string }) => error.kind,
      )
      await hung.promise
      if (how === 'given up') broken.abort()
      else server[how]()
      expect(await told).toBe('unavailable')
      // Both sides have closed by then.
      await new Promise((resolve) => setTimeout(resolve, 200))
      isHanging = false
      await calls[operation]()
      expect((await folder.list('')).map(({ name }) => name)).toContain('a.csv')
    }
  },
)
