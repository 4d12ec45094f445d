import { rm } from 'node:fs/promises'
import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, makeTemporaryFolder, type TestDatabase } from '@plimsoll/database/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfiguration } from '../configuration.ts'
import { type HubBase, openHub } from '../hub-base.ts'
import { LiveScreens } from './live-screens.ts'

let database: TestDatabase
let hub: HubBase
let data: string
beforeEach(async () => {
  database = await createTestDatabase()
  data = await makeTemporaryFolder()
  const configuration = readConfiguration({ databaseUrl: database.url, data, log: 'silent' })
  hub = await openHub(configuration, { keep: 'running' })
})
afterEach(async () => {
  await hub.close()
  await database.drop()
  await rm(data, { recursive: true, force: true })
})

test('what happens while screens are being told is told next, not forgotten', async () => {
  const screens = new LiveScreens(hub.context)
  const told: string[][] = []
  await new Promise<void>((resolve) => {
    screens.join((event, data) => {
      if (event !== 'changed') return
      told.push((data as { topics: string[] }).topics)
      if (told.length === 1) screens.hear({ kind: 'screen', topics: ['tasks'], itemIds: [] })
      else resolve()
    })
    screens.hear({ kind: 'screen', topics: ['activity'], itemIds: [] })
  })
  screens.close()
  expect(told).toEqual([['activity'], ['tasks']])
})

test('what is said while nobody listens to the database is read all the same, within seconds', async () => {
  const clock = manualClock()
  const screens = new LiveScreens({ ...hub.context, clock })
  const told: string[][] = []
  screens.join((event, data) => {
    if (event === 'changed') told.push((data as { topics: string[] }).topics)
  })
  await clock.advance(14_999)
  expect(told).toEqual([])
  await clock.advance(1_000)
  screens.close()
  expect(told).toEqual([['overview', 'items', 'connections', 'parked', 'activity', 'tasks', 'alerts']])
})
