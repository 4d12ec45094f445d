import type { Command } from 'commander'
import { childEnvironment, readConfiguration } from '../configuration.ts'
import { DEFAULT_CHANNELS, toChannels, UnknownChannel } from '../demo/channels.ts'
import type { DemoResult } from '../demo/run.ts'
import type { Tick } from '../demo/tick.ts'
import { toWarehouses, UnknownWarehouse } from '../demo/warehouses.ts'
import { numberIn, ORDERS_PER_SECOND, PORT, SECONDS, SEED } from './number-option.ts'
import { CommandProblem, createOutput, EXIT } from './output.ts'
import { stopSignal } from './serve.ts'

type DemoCommandOptions = {
  channels: string
  warehouses: string
  seconds?: number
  faults?: boolean
  json?: boolean
  rate: number
  seed: number
  port?: number
  verbose?: boolean
}

export function demoCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('demo')
    .description('one brand, simulated shops, one warehouse: watch one count stay true')
    .option('--channels <names>', 'where it sells, separated by commas', DEFAULT_CHANNELS.join(','))
    .option(
      '--warehouses <names>',
      'who counts and sends for it (shipbob, edi, …), separated by commas; none: its own warehouse',
      '',
    )
    .option(
      '--seconds <number>',
      'stop after so long and judge the run (default: until Ctrl-C)',
      numberIn(SECONDS),
    )
    .option(
      '--faults',
      'duplicates, reordering, lost webhooks, 429, 5xx, slow answers, and one kill -9 of a hub',
    )
    .option('--rate <number>', 'orders per second, all shops together', numberIn(ORDERS_PER_SECOND), 4)
    .option('--seed <number>', 'seed of shoppers and faults', numberIn(SEED), 1)
    .option(
      '--port <number>',
      'port of the dashboard (default 7460, or any free one when it is taken)',
      numberIn(PORT),
    )
    .option('--verbose', 'show the log of every process')
    .option('--json', 'print the result as one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExit code 3, with --seconds: an order is missing, a listing is not in step, or the ledger does not add up.',
    )
    .action(async (options: DemoCommandOptions) => {
      const output = createOutput({})
      const stopped = new AbortController()
      void stopSignal().then(() => stopped.abort())
      const channels = await findChannels(namesIn(options.channels))
      const warehouses = await findWarehouses(namesIn(options.warehouses))
      const { runDemo } = await import('../demo/run.ts')
      const result = await runDemo({
        channels,
        warehouses,
        configuration: readConfiguration({ port: options.port }, { logLevel: 'warn' }),
        seconds: options.seconds,
        faults: options.faults === true,
        ordersPerSecond: options.rate,
        seed: options.seed,
        logLevel: options.verbose === true ? 'debug' : 'warn',
        say: output.say,
        onLog: (line) => {
          if (options.verbose === true) process.stderr.write(`${line}\n`)
        },
        environment: childEnvironment(),
        signal: stopped.signal,
        // Looking at every listing takes time from the shops and the hub: only for somebody who sees it.
        ...(options.json === true ? {} : { onTick: drawTick }),
      })
      if (process.stdout.isTTY) process.stdout.write('\n')
      createOutput(options).result(result, toText)
      exit(!result.isJudged || isGood(result) ? EXIT.ok : EXIT.notGood)
    })
}

async function findChannels(names: readonly string[]) {
  try {
    return await toChannels([...new Set(names)])
  } catch (error) {
    if (error instanceof UnknownChannel) throw new CommandProblem(error.message)
    throw error
  }
}

async function findWarehouses(names: readonly string[]): Promise<string[]> {
  try {
    return await toWarehouses(names)
  } catch (error) {
    if (error instanceof UnknownWarehouse) throw new CommandProblem(error.message)
    throw error
  }
}

function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function isGood(result: DemoResult): boolean {
  return (
    result.converged &&
    result.crashes.length === 0 &&
    result.conservation &&
    result.ordersApplied === result.ordersPlaced &&
    result.drift === 0 &&
    (result.parcels === undefined ||
      (result.shippedTwice === 0 &&
        result.countsAgree === true &&
        result.trackingConfirmed === result.parcels))
  )
}

/** One line that renews itself on a terminal; every ten seconds a line of its own elsewhere. */
function drawTick(tick: Tick): void {
  const text = `  ${String(tick.seconds).padStart(4)} s   ${tick.ordersPlaced} orders, ${tick.unitsSold} units sold, ${tick.refusedUnits} refused for want of stock; ${tick.drift === 0 ? 'every listing in step' : `${tick.drift} listings on their way`}${tick.restarts > 0 ? `; ${tick.restarts} restart` : ''}`
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K${text}`)
  else if (tick.seconds % 10 === 0) process.stdout.write(`${text}\n`)
}

function toText(result: DemoResult): string {
  const { changeToPlatformMs: change } = result
  return [
    '',
    ...(result.isJudged ? [] : ['Stopped in the middle of things, which were not waited for:']),
    `${result.ordersPlaced} orders placed, ${result.ordersApplied} known to the hub, ${result.ordersPushed} of them told by webhook; ${result.unitsSold} units sold, ${result.oversoldUnits} oversold.`,
    `${result.listings} listings, ${result.drift} out of step; ledger ${result.conservation ? 'adds up' : 'DOES NOT ADD UP'}; ${result.parked} events parked.`,
    ...(result.parcels === undefined
      ? []
      : [
          `${result.ordersShipped} orders shipped in ${result.parcels} parcels, ${result.trackingConfirmed} of them shown to customers; ${result.shippedTwice} units shipped twice; counts ${result.countsAgree === true ? 'agree' : result.isJudged ? 'DO NOT AGREE' : 'are on their way'}.`,
        ]),
    ...result.crashes.map(({ hub, by }) => `${hub} ENDED BY ITSELF (${by}).`),
    `From a stock change to the platform: p50 ${change.p50 ?? '–'} ms, p99 ${change.p99 ?? '–'} ms (${change.samples} samples).`,
  ].join('\n')
}
