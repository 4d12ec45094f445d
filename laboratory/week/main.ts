import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadHistory, syntheticHistory } from '../oversell/history.ts'
import { startLabServer } from '../world/server.ts'
import { makeScenario } from './scenario.ts'
import { playWeek, type WeekResult } from './week.ts'

/**
 * `npm run lab -- week [--days N] [--minutes M] [--items N] [--seed K] [--synthetic] [--twice] [--out FILE] [--json]`: a week
 * of real order history through two warehouses.
 * @returns the exit code: 1 where anything is not as the books say, or two runs went two ways
 */
export async function runWeek(args: string[]): Promise<number> {
  const { values: asked } = parseArgs({
    args,
    options: {
      days: { type: 'string', default: '7' },
      minutes: { type: 'string', default: '60' },
      items: { type: 'string' },
      seed: { type: 'string', default: '1' },
      synthetic: { type: 'boolean', default: false },
      twice: { type: 'boolean', default: false },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const say = (text: string) => void process.stderr.write(`${text}\n`)
  const history = asked.synthetic ? syntheticHistory() : loadHistory()
  if (history.source === 'synthetic')
    say('No real history lies beside this checkout: an invented one of the same shape is played.')
  const scenario = makeScenario(history, {
    seed: asked.seed,
    days: wholeNumber('days', asked.days),
    minutesPerDay: wholeNumber('minutes', asked.minutes),
    itemsMax: asked.items === undefined ? undefined : wholeNumber('items', asked.items),
  })
  say(`${scenario.shoppers.length} shoppers, ${scenario.items.length} items, ${scenario.days} days`)
  const startedAt = performance.now()
  const server = await startLabServer()
  try {
    const result = await playWeek(scenario, server, say)
    const again = asked.twice ? await playWeek(scenario, server, say) : result
    const isSame = again.digest === result.digest
    if (!isSame) say('Two runs of one seed went two ways.')
    const report = { ...result, wallSeconds: Math.round((performance.now() - startedAt) / 1_000) }
    if (asked.out !== undefined) writeFileSync(asked.out, `${JSON.stringify(report, undefined, 2)}\n`)
    say(toText(result))
    if (asked.json) process.stdout.write(`${JSON.stringify(report)}\n`)
    return isSame && isGood(result) ? 0 : 1
  } finally {
    await server.stop()
  }
}

function isGood({ differences, troubles, shippedTwice, linesAstray }: WeekResult): boolean {
  return differences.length === 0 && troubles.length === 0 && shippedTwice === 0 && linesAstray === 0
}

function toText(result: WeekResult): string {
  const { orders, lines, linesShipped, linesCancelled, linesWaiting, parcels, shippedTwice } = result
  return [
    `${orders} orders of ${lines} lines: ${linesShipped} shipped, ${linesCancelled} cancelled, ${linesWaiting} waiting; ${parcels} parcels, ${shippedTwice} units shipped twice.`,
    `${result.calls} calls; lost: ${result.lostRequests} requests, ${result.lostAnswers} answers, ${result.lostWebhooks} webhooks; ${result.crashes} crashes; ${result.simulatedHours} simulated hours.`,
    `Counts ${result.countsAgree ? 'agree' : 'DO NOT AGREE'}; ${result.differences.length} differences, ${result.troubles.length} troubles.`,
    ...result.differences.slice(0, 20),
    ...result.troubles.slice(0, 20),
  ].join('\n')
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} ${text} is not a whole number from 1.`)
  return value
}
