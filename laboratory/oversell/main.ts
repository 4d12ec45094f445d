import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type LabServer, startLabServer } from '../world/server.ts'
import { TAKES } from './delays-alone.ts'
import { makeScenario } from './demand.ts'
import { type History, loadHistory } from './history.ts'
import { DELAYS, LOSSES, SIZES, STOCKS, type StockName } from './parameters.ts'
import { type Played, play } from './play.ts'
import { STRATEGY_NAMES, type StrategyName } from './strategy.ts'

export type Outcome = Pick<Played, 'oversoldUnits' | 'missedUnits' | 'calls'>
export type Cell = {
  stock: StockName
  delay: number
  lossPercent: number
  strategies: Partial<Record<StrategyName, Outcome & { refusedUnits: number; soldUnits: number }>>
}
/** What `--json` prints. `strategies` are the sums over the cells. */
export type Report = {
  history: History['source']
  size: keyof typeof SIZES
  seed: string
  /** Of one cell: how many shoppers came, and what they wanted. */
  orders: number
  units: number
  strategies: Partial<Record<StrategyName, Outcome>>
  cells: Cell[]
  wallSeconds: number
}

/**
 * `npm run lab -- oversell [--grid] [--quick | --full] [--stock S] [--delay D] [--loss L] [--strategy NAME] [--seed K]
 * [--twice] [--out FILE] [--json]`: the middle cell (normal, 1, 1 %) unless told otherwise.
 * @returns the exit code: 1 where the hub failed at something, oversold while guaranteed, or went two ways
 */
export async function runOversell(args: string[]): Promise<number> {
  const { values: asked } = parseArgs({
    args,
    options: {
      grid: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      stock: { type: 'string', multiple: true },
      delay: { type: 'string', multiple: true },
      loss: { type: 'string', multiple: true },
      strategy: { type: 'string', multiple: true },
      seed: { type: 'string', default: '1' },
      twice: { type: 'boolean', default: false },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const startedAt = performance.now()
  const say = (text: string) => void process.stderr.write(`${text}\n`)
  const size = asked.full ? 'full' : asked.quick ? 'quick' : 'standard'
  const stocks = (asked.stock ?? (asked.grid ? Object.keys(STOCKS) : ['normal'])).map(toStock)
  const delays = asked.delay?.map(toNumber) ?? (asked.grid ? DELAYS : [1])
  const losses = asked.loss?.map(toNumber) ?? (asked.grid ? LOSSES : [1])
  const names = asked.strategy?.map(toStrategy) ?? STRATEGY_NAMES
  const history = loadHistory()
  if (history.source === 'synthetic')
    say('There is no real order history beside this checkout: a synthetic one of the same shape is played.')
  const server = await startLabServer()
  let failures = 0
  try {
    const cells: Cell[] = []
    let orders = 0
    let units = 0
    for (const stock of stocks) {
      const scenario = makeScenario(history, { seed: asked.seed, size: SIZES[size], stock })
      orders = scenario.shoppers.length
      units = scenario.shoppers.reduce(
        (sum, { lines }) => sum + lines.reduce((own, line) => own + line.units, 0),
        0,
      )
      for (const delay of delays) {
        for (const lossPercent of losses) {
          const cell: Cell = { stock, delay, lossPercent, strategies: {} }
          for (const name of names) {
            const once = () => playOne(name, { scenario, cell, server, say })
            const played = await once()
            failures += failuresOf(name, played, say)
            if (asked.twice && (await once()).digest !== played.digest) {
              say(`${name} went two ways`)
              failures += 1
            }
            const { oversoldUnits, missedUnits, refusedUnits, soldUnits, calls } = played
            cell.strategies[name] = { oversoldUnits, missedUnits, refusedUnits, soldUnits, calls }
          }
          say(tableOf(cell))
          cells.push(cell)
        }
      }
    }
    const report: Report = {
      history: history.source,
      size,
      seed: asked.seed,
      orders,
      units,
      strategies: sumsOf(cells, names),
      cells,
      wallSeconds: Math.round((performance.now() - startedAt) / 1_000),
    }
    if (asked.out !== undefined) writeFileSync(asked.out, `${JSON.stringify(report, null, 2)}\n`)
    if (asked.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  } finally {
    await server.stop()
  }
  return failures > 0 ? 1 : 0
}

async function playOne(
  name: StrategyName,
  run: {
    scenario: Parameters<typeof play>[1]
    cell: Cell
    server: Pick<LabServer, 'clone'>
    say(text: string): void
  },
): Promise<Played> {
  const { scenario, cell, server, say } = run
  if (name === 'delaysAlone') return await playDelaysAlone(run)
  const isHub = name !== 'every15min' && name !== 'everyWebhook'
  return await play(name, scenario, cell, { server, ...(isHub && { tell: say }) })
}

/** As whoever misses the fewest in this cell would deal. */
async function playDelaysAlone({
  scenario,
  cell,
  server,
}: Pick<Parameters<typeof playOne>[1], 'scenario' | 'cell' | 'server'>): Promise<Played> {
  const played: Played[] = []
  for (const takes of TAKES) played.push(await play('delaysAlone', scenario, cell, { server, takes }))
  return played.reduce((best, each) => (each.missedUnits < best.missedUnits ? each : best))
}

function failuresOf(name: StrategyName, played: Played, say: (text: string) => void): number {
  for (const trouble of played.troubles) say(`${name}: ${trouble}`)
  if ((name !== 'guaranteed' && name !== 'delaysAlone') || played.oversoldUnits === 0)
    return played.troubles.length
  say(`${name}, and yet ${played.oversoldUnits} units were oversold`)
  return played.troubles.length + 1
}

function tableOf({ stock, delay, lossPercent, strategies }: Cell): string {
  const rows = Object.entries(strategies).map(
    ([name, { oversoldUnits, missedUnits, calls }]) =>
      `  ${name.padEnd(14)}${String(oversoldUnits).padStart(9)} oversold${String(missedUnits).padStart(9)} missed${String(calls).padStart(9)} calls`,
  )
  return [`stock ${stock}, delay × ${delay}, loss ${lossPercent} %`, ...rows].join('\n')
}

function sumsOf(cells: readonly Cell[], names: readonly StrategyName[]): Report['strategies'] {
  const sums: Report['strategies'] = {}
  for (const name of names) {
    const sum: Outcome = { oversoldUnits: 0, missedUnits: 0, calls: 0 }
    for (const { strategies } of cells) {
      sum.oversoldUnits += strategies[name]?.oversoldUnits ?? 0
      sum.missedUnits += strategies[name]?.missedUnits ?? 0
      sum.calls += strategies[name]?.calls ?? 0
    }
    sums[name] = sum
  }
  return sums
}

function toStock(text: string): StockName {
  if (text === 'scarce' || text === 'normal' || text === 'deep') return text
  throw new Error(`${text} is no stock; there are scarce, normal and deep.`)
}

function toStrategy(text: string): StrategyName {
  const found = text === 'open' ? text : STRATEGY_NAMES.find((name) => name === text)
  if (found === undefined) throw new Error(`${text} is no strategy; there are ${STRATEGY_NAMES.join(', ')}.`)
  return found
}

function toNumber(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new Error(`${text} is not a number.`)
  return value
}
