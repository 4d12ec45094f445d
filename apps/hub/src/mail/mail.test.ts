import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { ensureFirstOrganization, type Mail, type MasterKey, putMail, readAllMail } from '@plimsoll/accounts'
import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { MailWorker } from './mail-worker.ts'
import { openPostman } from './smtp.ts'

// Many short turns against a database: slow where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const KEY: MasterKey = { name: 'test', bytes: randomBytes(32) }
const from = 'Plimsoll <hub@brand.example>'

/** What the server does with the next letters, one word each; then it takes all. */
type Behaviour = 'takes' | 'busy' | 'refuses' | 'hangs-up' | 'takes-and-hangs-up'
let behaviours: Behaviour[] = []
/** Each time a letter was taken, by the identity that it carries. */
let taken: string[] = []
let isShut = false

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  logger: false,
  onConnect: (_session, done) => done(isShut ? refusal(421, 'closed for today') : null),
  onRcptTo: (address, _session, done) =>
    done(address.address.startsWith('nobody@') ? refusal(550, `${address.address} is unknown`) : null),
  onData: (stream, _session, done) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const identity = /^Message-ID: <([^@]+)@brand.example>/im.exec(text)?.[1] ?? 'none'
      const behaviour = behaviours.shift() ?? 'takes'
      if (behaviour === 'takes' || behaviour === 'takes-and-hangs-up') taken.push(identity)
      if (behaviour === 'hangs-up' || behaviour === 'takes-and-hangs-up') {
        for (const connection of server.connections) connection.close()
      } else if (behaviour === 'takes') done(null)
      else done(behaviour === 'busy' ? refusal(451, 'try again') : refusal(554, 'no, to ann@brand.example'))
    })
  },
})
// A connection that is cut is no failure of the test.
server.on('error', () => undefined)

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

let database: TestDatabase
let organizationId: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  database = await createTestDatabase({ poolMax: 4 })
  const at = new Date('2026-05-01T12:00:00Z')
  const organization = { organizationId: randomUUID(), name: 'A brand', at }
  organizationId = (await ensureFirstOrganization(database.kysely, organization)).organizationId
})
afterAll(async () => {
  await new Promise((resolve) => server.close(() => resolve(undefined)))
  await database.drop()
})

async function begin(words: Behaviour[] = []) {
  await sql`delete from identity.mail`.execute(database.kysely)
  behaviours = words
  taken = []
  isShut = false
  const clock = manualClock(Date.UTC(2026, 4, 1, 12))
  const lines: string[] = []
  const hear = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log = { debug: hear, info: hear, warn: hear, error: hear }
  const context = { database, clock, log, masterKey: KEY, random: () => 0.5 }
  return { clock, lines, context }
}

function newWorker(context: Awaited<ReturnType<typeof begin>>['context']): MailWorker {
  const { port } = server.server.address() as AddressInfo
  const host = '127.0.0.1'
  const login = undefined
  return new MailWorker(context, openPostman({ host, port, isSecure: false, needsTls: false, login, from }))
}

async function put(clock: ManualClock, mail: Partial<Mail> = {}): Promise<string> {
  const mailId = randomUUID()
  await putMail(database.kysely, KEY, {
    mailId,
    organizationId,
    mail: { to: 'ann@brand.example', subject: 'Low stock: 杯子', text: 'MUG: 3 left\n', ...mail },
    at: new Date(clock.now()),
  })
  return mailId
}

const states = async () =>
  new Map((await readAllMail(database.kysely, KEY, { newest: 1_000 })).map((each) => [each.mailId, each]))

test('whatever the server does, each letter it can take is taken, and never again once its taking is known', async () => {
  const word = fc.constantFrom<Behaviour>('takes', 'busy', 'hangs-up', 'takes-and-hangs-up', 'refuses')
  await fc.assert(
    fc.asyncProperty(
      fc.array(word, { maxLength: 8 }),
      fc.integer({ min: 1, max: 5 }),
      async (words, letters) => {
        const { clock, context } = await begin([...words])
        const ids = []
        for (let nth = 0; nth < letters; nth += 1) ids.push(await put(clock))
        // Two processes at once; hours go by between their turns.
        const workers = [newWorker(context), newWorker(context)]
        for (let turn = 0; turn < 12; turn += 1) {
          await Promise.all(workers.map((worker) => worker.turn()))
          await clock.advance(2 * 3_600_000)
        }
        const after = await states()
        const refused = words.filter((each) => each === 'refuses').length
        const given = ids.filter((id) => after.get(id)?.state === 'failed')
        expect(given.length).toBeLessThanOrEqual(refused)
        const unheard = words.filter((each) => each === 'takes-and-hangs-up').length
        expect(taken.length - new Set(taken).size).toBeLessThanOrEqual(unheard)
        for (const id of ids.filter((each) => !given.includes(each))) {
          expect(after.get(id)?.state).toBe('sent')
          expect(taken).toContain(id)
        }
      },
    ),
    fromEnvironment(6),
  )
})

test('one recipient refused: that letter is given up at once, says why and not to whom; the others go out', async () => {
  const { clock, context, lines } = await begin()
  const refused = await put(clock, { to: 'nobody@brand.example' })
  const fine = await put(clock)
  await newWorker(context).turn()
  const after = await states()
  expect(after.get(refused)).toMatchObject({ state: 'failed', attempts: 1 })
  expect(after.get(refused)?.problem).toContain('… is unknown')
  expect(after.get(fine)?.state).toBe('sent')
  expect(lines.join('\n')).toContain('given up')
  expect(lines.join('\n')).not.toContain('nobody@')
})

test('a server that is shut is left alone with growing pauses; after a day its letters are given up, after two weeks gone', async () => {
  const { clock, context } = await begin()
  isShut = true
  const letter = await put(clock)
  const worker = newWorker(context)
  const pauses = []
  for (let turn = 0; turn < 4; turn += 1) {
    pauses.push(await worker.turn())
    await clock.advance(3_600_000 * 1.3)
  }
  expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000])
  expect((await states()).get(letter)).toMatchObject({ state: 'waiting', attempts: 4 })
  await clock.advance(86_400_000)
  await worker.turn()
  expect((await states()).get(letter)).toMatchObject({ state: 'failed', attempts: 5 })
  await clock.advance(14 * 86_400_000)
  await worker.turn()
  expect((await states()).size).toBe(0)
})

test('a server that says nothing holds a letter for no longer than a minute, and a stop cuts it off', async () => {
  const { clock, context } = await begin()
  const letter = await put(clock)
  let isAsked: (() => void) | undefined
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve
  })
  const worker = new MailWorker(context, {
    send: (_claimed, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () =>
          resolve({ about: 'server', passing: true, problem: 'cut off' }),
        )
        isAsked?.()
      }),
  })
  const turn = worker.turn()
  await asked
  await clock.advance(60_000)
  await turn
  expect((await states()).get(letter)?.problem).toContain('within 60 seconds')
})

test('without a server letters wait, and each is told of once', async () => {
  const { clock, context, lines } = await begin()
  const worker = new MailWorker(context, undefined)
  await put(clock)
  await worker.turn()
  const second = await put(clock)
  await worker.turn()
  await worker.turn()
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain(second)
  expect(lines.join('\n')).toContain('PLIMSOLL_SMTP_URL')
  expect(lines.join('\n')).not.toContain('ann@')
})
