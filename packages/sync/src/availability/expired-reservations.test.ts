import { randomUUID } from 'node:crypto'
import { systemClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'
import { releaseExpired } from './expired-reservations.ts'
import { changeStock } from './stock-changes.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('a soft reservation gives back what is still open when its time has passed, once, whoever looks', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('A', 10)
  const head = { actor: 'test', reason: null, effectiveAt: undefined }
  const [cart] = await changeStock(world.context, [
    {
      ...head,
      key: randomUUID(),
      kind: 'reserve',
      sku: 'A',
      locationCode: 'MAIN',
      quantity: 4,
      expiresAt: new Date(systemClock.now() + 60_000),
    },
  ])
  const reservationId = cart?.kind === 'applied' ? (cart.result.reservationId ?? '') : ''
  await changeStock(world.context, [{ ...head, key: randomUUID(), kind: 'ship', reservationId, quantity: 1 }])

  expect(await releaseExpired(world.context)).toBe(0)
  expect(await world.available('A')).toBe(6)

  const later = { ...world.context, clock: { ...systemClock, now: () => systemClock.now() + 61_000 } }
  const ended = await Promise.all([releaseExpired(later), releaseExpired(later)])
  expect(ended.toSorted()).toEqual([0, 1])
  expect(await world.available('A')).toBe(9)
  expect(await releaseExpired(later)).toBe(0)
})
