import { isMachineToken, makeMachineToken } from '@plimsoll/accounts'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { lastJson, runHere } from '../testing/run-cli.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { type Browser, setUpOwner } from '../testing/signed-in.ts'

// A rotation waits until the hub, which looks every second, has read each step.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
let owner: Browser
beforeAll(async () => {
  served = await serveHub()
  owner = await setUpOwner(served)
})
afterAll(() => served.close())

const place = () => ['--database-url', served.database.url, '--data', served.folder]
const invite = async (email: string) => {
  const invited = await owner.ask('POST', '/api/v1/invitations', { email, role: 'viewer' })
  expect(invited.status, invited.text).toBe(201)
}

test('a hub that runs learns the new key by itself: nobody is signed out, and all that it kept opens', async () => {
  const { keys } = served.hub
  const before = { name: keys.name, bytes: keys.bytes }
  await invite('bo@brand.example')
  const rotated = await runHere(['secret-key', 'rotate', '--json', ...place()])
  expect(rotated.code, rotated.stderr).toBe(0)
  expect(lastJson(rotated)).toMatchObject({ kind: 'done', sealedBy: keys.name })
  expect(keys.name).not.toBe(before.name)

  // Sealed by the old key, opened by the new one; the session is signed by what was sealed.
  const invitations = await owner.ask('GET', '/api/v1/invitations')
  expect(invitations.body).toMatchObject({ rows: [{ email: 'bo@brand.example' }] })
  await invite('cy@brand.example')
  const sealed = await sql<{ keyName: string }>`
    select distinct key_name from invitation union select key_name from identity.setting
    union select key_name from identity.mail`.execute(served.database.kysely)
  expect(sealed.rows).toEqual([{ keyName: keys.name }])

  const read = async () => lastJson(await runHere(['secret-key', 'status', '--json', ...place()]))
  // The hub looks at the file every second, and says then what it has.
  const held = async () => (await read()).processes
  await expect.poll(held, { timeout: 15_000 }).toMatchObject([{ seals: keys.name, opens: [keys.name] }])
  const status = await read()
  expect(status).toMatchObject({ keys: [{ name: keys.name, use: 'seals' }] })
  expect(status.retired).toMatchObject([{ name: before.name }])

  // What commands show that they have the key by.
  const at = { nowMs: 1_000, port: 1 }
  expect(isMachineToken(keys, makeMachineToken(keys, at), at)).toBe(true)
  expect(isMachineToken(keys, makeMachineToken(before, at), at), 'of a key that is gone').toBe(false)
  const during = { ...keys, name: keys.name, bytes: keys.bytes, others: [before] }
  expect(isMachineToken(during, makeMachineToken(before, at), at), 'while both are held').toBe(true)
})

test('from the environment the command says what to do, and a key that seals no more is refused', async () => {
  vi.stubEnv('PLIMSOLL_SECRET_KEY', 'ab'.repeat(32))
  const said = await runHere(['secret-key', 'rotate', ...place()])
  vi.unstubAllEnvs()
  expect(said.code).toBe(2)
  expect(said.stderr).toContain('PLIMSOLL_SECRET_KEY="OLD,next NEW"')
  await sql`update identity.sealing_key set closed_at = now() where name = any(${sql.val([served.hub.keys.name])})`.execute(
    served.database.kysely,
  )
  const closed = await runHere(['secret-key', 'status', ...place()])
  expect(closed.code).toBe(2)
  expect(closed.stderr).toContain('seals no more since')
})
