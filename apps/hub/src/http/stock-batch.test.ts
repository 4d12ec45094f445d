import { randomUUID } from 'node:crypto'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 100)
})
afterAll(() => served.close())

type Outcome = {
  kind: string
  key: string
  result?: Record<string, unknown>
  problem?: Record<string, unknown>
}
const send = (commands: unknown) => served.ask('POST', '/api/v1/stock/commands', { commands })
async function apply(commands: unknown[]): Promise<Outcome[]> {
  const { status, body, text } = await send(commands)
  expect(status, text).toBe(200)
  return body.outcomes as Outcome[]
}
const mug = (kind: string, quantity: number, key: string = randomUUID()) => ({
  kind,
  key,
  sku: 'MUG',
  location: 'MAIN',
  quantity,
})
async function movements(): Promise<number> {
  const found = await sql<{ rows: number }>`select count(*) as rows from movement`.execute(
    served.database.kysely,
  )
  return found.rows[0]?.rows ?? -1
}

test('each command sees what those before it left, and one that is refused leaves the others be', async () => {
  const outcomes = await apply([mug('count', 10), mug('reserve', 11), mug('receive', 1), mug('reserve', 11)])
  expect(outcomes).toMatchObject([
    { kind: 'applied', result: { onHand: 10, available: 10 } },
    {
      kind: 'refused',
      problem: {
        code: 'insufficient-stock',
        status: 409,
        field: 'quantity',
        detail: expect.stringContaining('. '),
      },
    },
    { kind: 'applied', result: { onHand: 11 } },
    { kind: 'applied', result: { reserved: 11, available: 0 } },
  ])
  const reservationId = String(outcomes[3]?.result?.reservationId)
  const others = await apply([
    { kind: 'ship', key: 's', reservationId, quantity: 5 },
    { kind: 'return', key: 'r', reservationId, quantity: 2, condition: 'damaged' },
    { kind: 'release', key: 'l', reservationId, quantity: 6 },
  ])
  expect(others.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['applied s', 'applied r', 'applied l'])
  expect(others[2]?.result).toMatchObject({ onHand: 8, reserved: 0, held: 2, available: 6 })
})

test('I3: a batch sent again, whole or cut in two, alone or at once, is applied once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('receive', 'adjust', 'hold'), fc.integer({ min: 1, max: 9 })), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.nat(),
      async (steps, cut) => {
        const commands = steps.map(([kind, quantity]) => mug(kind, quantity))
        const before = await movements()
        const at = cut % commands.length
        const parts = [commands, commands.slice(0, at + 1), commands.slice(at)]
        const [whole = [], head = [], tail = []] = await Promise.all(parts.map(apply))
        // The same kinds and results wherever a command was sent, whichever came first.
        const resultOf = (outcomes: Outcome[]) => outcomes.map(({ key, result }) => [key, result] as const)
        const results = new Map(resultOf(whole))
        for (const [key, result] of [...resultOf(head), ...resultOf(tail)])
          expect(result).toEqual(results.get(key))
        const applied = [...whole, ...head, ...tail].filter(({ kind }) => kind === 'applied')
        expect(applied.map(({ key }) => key).sort()).toEqual(commands.map(({ key }) => key).sort())
        expect(await movements()).toBe(before + commands.length)
      },
    ),
    fromEnvironment(20),
  )
})

test('a key twice in one batch: the same command is a repeat, another one is refused', async () => {
  const outcomes = await apply([
    mug('receive', 1, 'twice'),
    mug('receive', 1, 'twice'),
    mug('receive', 2, 'twice'),
  ])
  expect(outcomes).toMatchObject([
    { kind: 'applied' },
    { kind: 'repeated', result: outcomes[0]?.result },
    { kind: 'refused', problem: { code: 'key-reused' } },
  ])
})

test('a command has the same key in a batch as by itself', async () => {
  const [first] = await apply([mug('receive', 4, 'either way')])
  const body = { sku: 'MUG', location: 'MAIN', quantity: 4 }
  const again = await served.ask('POST', '/api/v1/stock/receive', body, { 'idempotency-key': 'either way' })
  expect(again).toMatchObject({ status: 200, body: first?.result })
})

test('a thousand commands go at once', async () => {
  const before = await movements()
  const outcomes = await apply(Array.from({ length: 1_000 }, () => mug('receive', 1)))
  expect(outcomes.filter(({ kind }) => kind === 'applied')).toHaveLength(1_000)
  expect(await movements()).toBe(before + 1_000)
})

const good = mug('receive', 1)
const { key: _key, ...keyless } = good
test.each([
  ['no commands', [], 'commands', 'give at least one command'],
  ['too many', Array.from({ length: 1_001 }, () => good), 'commands', 'give at most 1000 commands at once'],
  [
    'a kind that is none',
    [good, { ...good, kind: 'steal' }],
    'commands.1.kind',
    'give one of the kinds receive,',
  ],
  ['no kind', [{ ...good, kind: undefined }], 'commands.0.kind', 'give one of the kinds'],
  ['no key', [good, keyless], 'commands.1.key', ''],
  ['a key too long', [{ ...good, key: 'k'.repeat(201) }], 'commands.0.key', ''],
  ['no quantity', [good, { ...good, quantity: undefined }], 'commands.1.quantity', 'give a whole number'],
  ['a field of another kind', [{ ...good, grant: 'partial' }], 'commands.0', 'grant'],
  ['no list', 'receive', 'commands', ''],
])('%s refuses the whole batch with the place, and nothing moves', async (_what, commands, field, said) => {
  const before = await movements()
  const answer = await send(commands)
  expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request', field } })
  expect(answer.body.detail).toContain(said)
  expect(await movements()).toBe(before)
})
