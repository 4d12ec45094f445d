import { expect, inject, test } from 'vitest'
import '../../packages/database/src/testing/global-setup.ts'
import { loadHistory, syntheticHistory } from '../oversell/history.ts'
import { useLabServer } from '../world/server.ts'
import { makeScenario } from './scenario.ts'
import { playWeek } from './week.ts'

// A short day of the week's run, so that `npm test` meets it: real history where it lies beside the checkout.

const MS_MAX = 600_000
const SMALL = { days: 1, minutesPerDay: 2, itemsMax: 8, ordersPerDayMax: 12 }

test(
  'I11: a day of orders through two warehouses, with answers lost and the hub killed: each line ends once, and the counts agree',
  async () => {
    const history = loadHistory()
    const scenario = makeScenario(history, { seed: 'test', ...SMALL })
    const server = await useLabServer(inject('plimsollTestServer'))
    const { differences, troubles, ...result } = await playWeek(scenario, server)
    // Which history it was, for whoever reads a failure.
    expect({ source: result.source, differences, troubles }).toEqual({
      source: history.source,
      differences: [],
      troubles: [],
    })
    expect(result).toMatchObject({ shippedTwice: 0, countsAgree: true, linesAstray: 0 })
    expect(result.linesShipped).toBeGreaterThan(0)
    expect(result.linesShipped + result.linesCancelled + result.linesWaiting).toBe(result.lines)
    expect(result.reservedUnits).toBe(result.waitingUnits)
  },
  MS_MAX,
)

test('a scenario is the same each time, has both shops, both warehouses, cancellations and crashes', () => {
  const options = { seed: 'test', days: 7, minutesPerDay: 60, itemsMax: undefined }
  const [one, other] = [makeScenario(syntheticHistory(), options), makeScenario(syntheticHistory(), options)]
  expect(other).toEqual(one)
  expect(new Set(one.shoppers.map(({ shop }) => shop))).toEqual(new Set([0, 1]))
  expect(one.shoppers.filter(({ cancelMs }) => cancelMs !== undefined).length).toBeGreaterThan(0)
  expect(one.crashes.filter(({ statements }) => statements !== undefined).length).toBeGreaterThan(0)
  for (const nth of [0, 1] as const)
    expect(one.items.filter(({ units }) => units[nth] > 0).length).toBeGreaterThan(0)
})
