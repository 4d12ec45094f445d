/**
 * `npm run storm -- [--minutes 5] [--seed N] [--processes 4] [--platforms 3] [--rate 4] [--json] [--log FILE]`: real
 * hub processes on a real PostgreSQL while proxies ail and processes are killed. What it says meanwhile goes to stderr;
 * the last line on stdout is one JSON object. Exit code 1 where an order is lost or doubled, a number does not converge,
 * the ledger does not add up, or a guaranteed item was oversold.
 */
import { createWriteStream } from 'node:fs'
import { parseArgs } from 'node:util'
import { childEnvironment } from '../../apps/hub/src/configuration.ts'
import { isGood, runStorm, type StormResult } from './storm.ts'
import { type Kind, TROUBLE_KINDS } from './troubles.ts'

const PLATFORMS = ['shopify', 'woocommerce']

const { values: asked } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    processes: { type: 'string', default: '4' },
    platforms: { type: 'string', default: '3' },
    rate: { type: 'string', default: '4' },
    'settle-seconds': { type: 'string', default: '180' },
    kinds: { type: 'string' },
    log: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

// Ended and not left to end: what a killed process left behind on a socket may keep this one for minutes.
process.exit(await main())

async function main(): Promise<number> {
  const seed = asked.seed === undefined ? Math.floor(Math.random() * 1e6) : number('seed', 0, 2 ** 31)
  const log = asked.log === undefined ? undefined : createWriteStream(asked.log)
  const startedMs = performance.now()
  const say = (line: string) => {
    if (!asked.json) process.stderr.write(`${line}\n`)
    log?.write(`${((performance.now() - startedMs) / 1_000).toFixed(2)} ${line}\n`)
  }
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort())
  const kinds = kindsOf(asked.kinds)
  const result = await runStorm({
    seed,
    minutes: number('minutes', 0, 10_000),
    processes: whole('processes', 1, 16),
    platforms: Array.from(
      { length: whole('platforms', 1, 8) },
      (_, at) => PLATFORMS[at % PLATFORMS.length] ?? 'shopify',
    ),
    ordersPerSecond: number('rate', 0.1, 100),
    settleMsMax: number('settle-seconds', 0, 3_600) * 1_000,
    ...(kinds !== undefined && { kinds }),
    environment: childEnvironment(),
    onLog: (line) => log?.write(`${((performance.now() - startedMs) / 1_000).toFixed(2)} ${line}\n`),
    say,
    signal: stopped.signal,
  })
  await new Promise<void>((resolve) => (log === undefined ? resolve() : log.end(() => resolve())))
  process.stdout.write(
    asked.json ? `${JSON.stringify(result)}\n` : `${toText(result)}\n${JSON.stringify(result)}\n`,
  )
  return isGood(result) ? 0 : 1
}

function number(
  name: 'minutes' | 'seed' | 'rate' | 'settle-seconds' | 'processes' | 'platforms',
  least: number,
  most: number,
): number {
  const value = Number(asked[name])
  if (Number.isFinite(value) && value >= least && value <= most) return value
  throw new Error(`--${name} is a number from ${least} to ${most}.`)
}

function whole(name: 'processes' | 'platforms', least: number, most: number): number {
  const value = number(name, least, most)
  if (Number.isInteger(value)) return value
  throw new Error(`--${name} is a whole number.`)
}

function kindsOf(text: string | undefined): Kind[] | undefined {
  return text?.split(',').map((name) => {
    const kind = TROUBLE_KINDS.find((each) => each === name)
    if (kind === undefined)
      throw new Error(`There is no trouble "${name}"; there are: ${TROUBLE_KINDS.join(', ')}.`)
    return kind
  })
}

function toText(result: StormResult): string {
  const { ordersPlaced, ordersApplied, lost, doubled, kills, oversold, guaranteed, moves } = result
  return [
    '',
    `Seed ${result.seed}: ${ordersPlaced} orders placed, ${ordersApplied} applied as they are, ${lost} lost, ${doubled} doubled; ${kills} kills.`,
    `${result.converged ? `In step after ${Math.round(result.settledMs / 1_000)} s` : 'NOT IN STEP'}; the ledger ${result.conservation ? 'adds up' : 'DOES NOT ADD UP'}; ${result.parked} events parked.`,
    `${oversold.units} units oversold without protection (${oversold.elsewhere} sold elsewhere a moment before, ${oversold.raised} raised too far); ${guaranteed.oversoldUnits} of ${guaranteed.items} guaranteed items.`,
    `Work moved ${moves.watched} times, at the slowest in ${moves.slowestMs} ms; ${moves.late.length} times late.`,
  ].join('\n')
}
