import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { hubSide } from './testing/hub-side.ts'

const START = Date.UTC(2026, 10, 26, 12)

function warehouse(levels: object = {}, more: object = {}) {
  let now = START
  const definition = {
    feeds: {
      levels: {
        files: 'S*.csv',
        format: { kind: 'csv' },
        map: { columns: { sku: 'sku', onHand: 'units', change: 'change' } },
        ...levels,
      },
      ...more,
    },
  }
  const hub = hubSide({ settings: { definition }, now: () => now })
  return {
    hub,
    async say(name: string, ...rows: string[]) {
      now += 60_000
      await hub.upload(name, `sku,units,change\n${rows.map((row) => `${row}\n`).join('')}`)
    },
    async counts() {
      const { rows } = (await hub.operations.counts?.(undefined)) ?? { rows: [] }
      return Object.fromEntries(rows.map((row) => [row.stockUnitId, row.onHand]))
    },
    /** When what is said of it was counted. */
    async countedAt(sku: string) {
      const { rows } = (await hub.operations.counts?.(undefined)) ?? { rows: [] }
      return rows.find((row) => row.stockUnitId === sku)?.countedAt?.toISOString()
    },
    warnings: async () => (await hub.operations.check()).warnings.join('\n'),
  }
}

test('I12: a SKU that a snapshot does not name is what the person said', async () => {
  for (const [absent, cup] of [
    ['unchanged', 4],
    ['zero', 0],
  ] as const) {
    const scoot = warehouse({ absent })
    await scoot.say('S1.csv', 'TEA,3', 'CUP,4')
    await scoot.say('S2.csv', 'TEA,2')
    expect(await scoot.counts()).toEqual({ TEA: 2, CUP: cup })
  }
})

test('I12: where a row cannot be read nothing is known of what is absent; an empty cell is no zero', async () => {
  const scoot = warehouse({ absent: 'zero' })
  await scoot.say('S1.csv', 'TEA,3', 'CUP,4')
  await scoot.say('S2.csv', 'TEA,2', ',7')
  expect(await scoot.counts()).toEqual({ TEA: 2, CUP: 4 })
  expect(await scoot.warnings()).toContain('S2.csv, row 3: sku')
  await scoot.say('S3.csv', 'TEA,', 'CUP,5')
  expect(await scoot.counts()).toEqual({ TEA: 2, CUP: 5 })
})

test('I8: an empty or much smaller snapshot is held back until a person accepts it', async () => {
  const scoot = warehouse({ absent: 'zero' })
  await scoot.say('S1.csv', 'A,1', 'B,1', 'C,1', 'D,1')
  await scoot.say('S2.csv')
  await scoot.say('S3.csv', 'A,9')
  expect(await scoot.counts()).toEqual({ A: 1, B: 1, C: 1, D: 1 })
  expect(await scoot.warnings()).toContain('S3.csv (file 3) is held back')
  scoot.hub.log.accept(3)
  expect(await scoot.counts()).toEqual({ A: 9, B: 0, C: 0, D: 0 })
})

test('changes alone add up, once each; a number in one replaces', async () => {
  const scoot = warehouse({ says: 'delta' })
  await scoot.say('S1.csv', 'TEA,10,')
  await scoot.say('S2.csv', 'TEA,,-3')
  await scoot.say('S2.csv', 'TEA,,-3')
  expect(await scoot.counts()).toEqual({ TEA: 7 })
  await scoot.say('S3.csv', 'TEA,,2', 'CUP,,5')
  // Of the cup nobody ever said how many there were.
  expect(await scoot.counts()).toEqual({ TEA: 9 })
})

test('I12: an adjustment changes a count, and not when it was made: what left since is not in it', async () => {
  const adjustments = {
    files: 'A*.csv',
    format: { kind: 'csv' },
    map: { columns: { sku: 'sku', change: 'units', at: 'change' } },
  }
  const scoot = warehouse(
    { map: { columns: { sku: 'sku', onHand: 'units', countedAt: 'change' } } },
    { adjustments },
  )
  await scoot.say('S1.csv', 'TEA,100,2026-11-26T06:00:00Z')
  await scoot.say('A1.csv', 'TEA,-1,2026-11-26T11:00:00Z', 'TEA,-7,2026-11-26T05:00:00Z')
  expect(await scoot.counts()).toEqual({ TEA: 99 })
  expect(await scoot.countedAt('TEA')).toBe('2026-11-26T06:00:00.000Z')
})

test('a change in a levels feed tells what lies there at its moment', async () => {
  const scoot = warehouse({
    says: 'delta',
    map: { columns: { sku: 'sku', onHand: 'units', change: 'change', countedAt: 'at' } },
  })
  await scoot.hub.upload('S1.csv', 'sku,units,change,at\nTEA,100,,2026-11-26T06:00:00Z\n')
  await scoot.hub.upload('S2.csv', 'sku,units,change,at\nTEA,,-10,2026-11-26T09:00:00Z\n')
  expect(await scoot.counts()).toEqual({ TEA: 90 })
  expect(await scoot.countedAt('TEA')).toBe('2026-11-26T09:00:00.000Z')
})

test('stock that goes 5, 4, 5 ends at 5, whatever its files are called', async () => {
  for (const names of [
    ['S1.csv', 'S2.csv', 'S3.csv'],
    ['S.csv', 'S.csv', 'S.csv'],
  ]) {
    const scoot = warehouse()
    for (const [at, units] of [5, 4, 5].entries()) {
      await scoot.say(names[at] ?? '', `TEA,${units}`)
      // Told again at once it is the same.
      await scoot.say(names[at] ?? '', `TEA,${units}`)
      expect(await scoot.counts()).toEqual({ TEA: units })
    }
    expect(await scoot.hub.log.list({ direction: 'in' })).toHaveLength(3)
  }
})

test('what is asked for every so often and is 5, 4, 5 ends at 5', async () => {
  let now = START
  let units = 5
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'application/json')
    // When it was said: of two answers of one moment, one that says the same is the same.
    answer.setHeader('date', new Date(now).toUTCString())
    answer.end(JSON.stringify([{ sku: 'TEA', units }]))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on a port')
  const levels = { format: { kind: 'json' }, map: { columns: { sku: 'sku', onHand: 'units' } } }
  const rest = {
    baseUrl: `http://127.0.0.1:${address.port}`,
    authentication: { kind: 'bearer' },
    polls: [{ feed: 'levels', path: '/stock', everyMinutes: 1 }],
  }
  const hub = hubSide({ settings: { definition: { feeds: { levels }, rest } }, now: () => now })
  for (const told of [5, 5, 4, 5]) {
    units = told
    for (const message of await hub.pull()) await hub.keep(message)
    now += 60_000
    const { rows } = (await hub.operations.counts?.(undefined)) ?? { rows: [] }
    expect(rows.map(({ onHand }) => onHand)).toEqual([told])
  }
  expect(await hub.log.list({ direction: 'in' })).toHaveLength(3)
})

test('changes without a name and a moment: in files of other names they are others, in one sent again they are not', async () => {
  const change = { format: { kind: 'csv' }, map: { columns: { sku: 'sku', change: 'change' } } }
  const scoot = warehouse({}, { adjustments: { files: 'A*.csv', ...change } })
  await scoot.say('S1.csv', 'TEA,10')
  await scoot.say('A1.csv', 'TEA,,-1')
  await scoot.say('A2.csv', 'TEA,,-1')
  expect(await scoot.counts()).toEqual({ TEA: 8 })
  // Sent again, before others and after them, and twice in one file.
  await scoot.say('A1.csv', 'TEA,,-1')
  await scoot.say('A3.csv', 'TEA,,-1', 'TEA,,-1')
  await scoot.say('A2.csv', 'TEA,,-1')
  expect(await scoot.counts()).toEqual({ TEA: 6 })
})

test('changes that say their moment are the same in whichever file', async () => {
  const map = { columns: { sku: 'sku', change: 'units', at: 'change' } }
  const scoot = warehouse({}, { adjustments: { files: 'A*.csv', format: { kind: 'csv' }, map } })
  await scoot.hub.upload('S1.csv', 'sku,units,change\nTEA,10,\n')
  await scoot.say('A1.csv', 'TEA,-1,2026-11-26T12:00:30Z')
  await scoot.say('A2.csv', 'TEA,-1,2026-11-26T12:00:30Z', 'TEA,-1,2026-11-26T12:01:30Z')
  expect(await scoot.counts()).toEqual({ TEA: 8 })
})

test('numbers in a delta that go 5, 4, 5 end at 5; one that says an earlier moment again changes nothing', async () => {
  const scoot = warehouse({ says: 'delta' })
  await scoot.say('S1.csv', 'TEA,5,')
  await scoot.say('S2.csv', 'TEA,4,')
  await scoot.say('S3.csv', 'TEA,5,')
  expect(await scoot.counts()).toEqual({ TEA: 5 })
  const map = { columns: { sku: 'sku', onHand: 'units', countedAt: 'change' } }
  const dated = warehouse({ says: 'delta', map })
  await dated.say('S1.csv', 'TEA,5,2026-11-26T06:00:00Z')
  await dated.say('S2.csv', 'TEA,4,2026-11-26T07:00:00Z')
  await dated.say('S3.csv', 'TEA,5,2026-11-26T06:00:00Z', 'CUP,1,2026-11-26T06:00:00Z')
  expect(await dated.counts()).toEqual({ TEA: 4, CUP: 1 })
})
