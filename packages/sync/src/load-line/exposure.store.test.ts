import { randomUUID } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rebuildLevels } from '../connections/rebuild-levels.store.ts'
import { acknowledgeLevels, addSubtracted, closeLevels, observeLevels } from '../lanes/levels.store.ts'
import { anyActs, type ExposedFact, ExposedShop } from '../testing/exposed-shop.ts'
import { createWorld, type World } from '../testing/world.ts'
import { exposeUncertain, passFence } from './exposure.store.ts'
import { type Exposure, UNBOUNDED, type WriteEffect } from './exposure.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 2 })
})
afterAll(() => database.drop())

async function exposureOfLevel(world: World, levelId: string): Promise<Exposure> {
  const [row] = await world.rows(sql<Exposure>`
    select exposure_older as older, exposure_older_until as older_until, exposure_current as current, exposure_from as from
    from level where organization_id = ${world.context.organizationId} and level_id = ${levelId}`)
  if (row === undefined) throw new Error('the level is known')
  return row
}

/** A level of which nothing is known yet. */
async function reset(world: World, levelId: string): Promise<void> {
  const { organizationId } = world.context
  await sql`delete from write where organization_id = ${organizationId} and level_id = ${levelId}`.execute(
    database.kysely,
  )
  await sql`
    update level set exposure_older = null, exposure_older_until = null, exposure_current = 0, exposure_from = null,
      given_back = 0, protection = 'guaranteed', tracked = true
    where organization_id = ${organizationId} and level_id = ${levelId}`.execute(database.kysely)
}

/** What befalls the model's shop, written as the lane and the inbox write it. */
async function write(
  world: World,
  place: { connectionId: string; levelId: string; effect: WriteEffect },
  fact: ExposedFact,
): Promise<void> {
  const { organizationId } = world.context
  const { connectionId, levelId, effect } = place
  await database.kysely.transaction().execute(async (tx) => {
    switch (fact.kind) {
      case 'sent':
        await sql`
          insert into write (organization_id, write_id, connection_id, level_id, quantity, expected, direction, state, fencing,
            subtracted_at_send, desired_version, caused_at, sent_at, unfenced, overlapping)
          values (${organizationId}, ${fact.writeId}, ${connectionId}, ${levelId}, ${fact.quantity}, ${fact.expected ?? null}, 'zero', 'sent', 1,
            0, 1, ${fact.at}, ${fact.at}, false, ${fact.isOverlapping})`.execute(tx)
        return
      case 'settled':
        await sql`
          update write set settled_at = ${fact.at}
          where organization_id = ${organizationId} and write_id = ${fact.writeId}`.execute(tx)
        return
      case 'applied': {
        const { writeId, quantity, expected = null, givenBackBefore: givenBack } = fact
        const confirmed = [{ levelId, writeId, quantity, expected, subtracted: 0, givenBack }]
        await acknowledgeLevels(tx, organizationId, confirmed, { at: fact.at, effect })
        return
      }
      case 'uncertain': {
        const { quantity, expected = null, givenBackBefore: givenBackAtSend } = fact
        const uncertain = { levelId, quantity, expected, givenBackAtSend }
        await exposeUncertain(tx, organizationId, [uncertain], { at: fact.at, effect })
        return
      }
      case 'read': {
        const { quantity, givenBackBefore: givenBack, boundBefore: bound = null, isFenced } = fact
        const seen = [{ levelId, quantity, adopt: true, givenBack, bound, isFenced }]
        await observeLevels(tx, organizationId, seen, fact.at)
        return
      }
      case 'orders': {
        const moved = { stockUnitId: 'bottle', externalLocationId: 'default', ...fact.moved }
        await addSubtracted(tx, organizationId, connectionId, [moved], fact.at)
        return
      }
      case 'fence':
        await passFence(tx, organizationId, connectionId, fact.at)
        return
      case 'uncounted':
        await closeLevels(
          tx,
          organizationId,
          [
            {
              levelId,
              code: 'untracked',
              problem: 'Not counted.',
              problemTold: { code: 'level-untracked', facts: {} },
            },
          ],
          fact.at,
        )
        return
      case 'counted-again':
        await rebuildLevels(tx, { organizationId, connectionId, uuid: randomUUID })
        return
    }
  })
}

test.each<[WriteEffect]>([['blind'], ['guarded']])(
  'I5: the statements keep the exposure of a level as the rules do (%s writes)',
  async (effect) => {
    const world = await createWorld(database, manualClock())
    await world.stock('bottle', 50)
    const { connectionId } = await world.open(`shop-${effect}`, { bottle: 50 })
    const { levelId } = await world.level(connectionId, 'bottle')
    await fc.assert(
      fc.asyncProperty(anyActs, async (acts) => {
        await reset(world, levelId)
        const shop = new ExposedShop(effect, randomUUID)
        expect(await exposureOfLevel(world, levelId)).toEqual(UNBOUNDED)
        for (const act of acts) {
          for (const fact of shop.do(act)) await write(world, { connectionId, levelId, effect }, fact)
        }
        const { older, current, from, olderUntil } = shop.exposure
        const kept = await exposureOfLevel(world, levelId)
        expect(kept).toEqual({ older, current, from, olderUntil })
      }),
      fromEnvironment(60),
    )
  },
)
