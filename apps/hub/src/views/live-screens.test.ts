import { createTestDatabase, makeTemporaryFolder } from '@plimsoll/database/testing'
import { expect, test } from 'vitest'
import { readConfiguration } from '../configuration.ts'
import { openHub } from '../hub.ts'
import { LiveScreens } from './live-screens.ts'

test('what happens while screens are being told is told next, not forgotten', async () => {
  const database = await createTestDatabase()
  const data = await makeTemporaryFolder()
  const hub = await openHub(readConfiguration({ databaseUrl: database.url, data, log: 'silent' }), {
    keep: 'running',
  })
  const screens = new LiveScreens(hub.context)
  try {
    const topics: string[] = []
    await new Promise<void>((resolve) => {
      screens.join((event, told) => {
        if (event !== 'changed') return
        topics.push(...(told as { topics: string[] }).topics)
        if (topics.length === 1) screens.hear({ kind: 'screen', topics: ['tasks'], itemIds: [] })
        else resolve()
      })
      screens.hear({ kind: 'screen', topics: ['activity'], itemIds: [] })
    })
    expect(topics).toEqual(['activity', 'tasks'])
  } finally {
    screens.close()
    await hub.close()
    await database.drop()
  }
})
