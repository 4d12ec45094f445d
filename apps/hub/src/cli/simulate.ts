import { listConnectorIds, loadSimulator } from '@plimsoll/connectors'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { readClockOption, toDemoClock } from '../demo/demo-clock.ts'
import { loadHistory } from '../demo/history.ts'
import { connectorPlaces } from './connector-places.ts'
import { numberIn, PORT, PRODUCTS, SEED } from './number-option.ts'
import { CommandProblem, createOutput, EXIT } from './output.ts'
import { stopSignal } from './serve.ts'

type SimulateOptions = {
  option: Record<string, unknown>
  port?: number
  name?: string
  seed?: number
  products?: number
  demoClock?: string
  json?: boolean
}

export function simulateCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('simulate')
    .description('run a simulated platform by itself: its API, a storefront and switches for faults')
    .argument('<connector>', 'shopify, woocommerce, …')
    .option('--port <number>', 'port on 127.0.0.1 (default: any free one)', numberIn(PORT))
    .option('--name <name>', 'what the shop is called')
    .option('--seed <number>', 'seed of its random faults', numberIn(SEED))
    .option(
      '--products <number>',
      'products to start with, from the demo’s catalogue (default 50)',
      numberIn(PRODUCTS),
    )
    .option(
      '--option <name=json>',
      'an option of this simulator (see its README), for example \'bucket={"capacity":20000,"restoreRate":1000}\'; may be repeated',
      collectOption,
      {},
    )
    .option('--json', 'print one JSON object when it is ready')
    .addOption(new Option('--demo-clock <factor@origin>', 'how fast the demo lives').hideHelp())
    .action(async (connector: string, options: SimulateOptions) => {
      const start = await loadSimulator(connector, connectorPlaces())
      if (start === undefined) {
        throw new CommandProblem(
          `There is no simulator "${connector}"; there are: ${listConnectorIds(connectorPlaces()).join(', ')}.`,
        )
      }
      const running = await start({
        ...options.option,
        ...(options.port !== undefined && { port: options.port }),
        ...(options.name !== undefined && { name: options.name }),
        ...(options.seed !== undefined && { seed: options.seed }),
        ...(options.demoClock !== undefined && { clock: toDemoClock(readClockOption(options.demoClock)) }),
      })
      const { items } = await loadHistory()
      const products = items.slice(0, options.products ?? 50).map((item) => ({
        sku: item.sku,
        title: item.name.en,
        price: item.priceMinor / 100,
        quantity: item.opening,
      }))
      if (products.length > 0) await addProducts(running.url, products)
      const { url, settings, credentials } = running
      // Heard from before it says that it is ready: whoever waits for that may stop it at once.
      const stopped = stopSignal()
      createOutput(options).result({ url, storefront: `${url}/shop`, settings, credentials }, () =>
        [
          `A simulated ${connector} shop is ready: ${url}`,
          `  storefront   ${url}/shop`,
          `  faults       curl -X PUT ${url}/_control/faults -H 'content-type: application/json' -d '{"errorRate":0.1}'`,
          `  settings     ${JSON.stringify(settings)}`,
          `  credentials  ${JSON.stringify(credentials)}`,
          'Ctrl-C stops it.',
        ].join('\n'),
      )
      await stopped
      await running.close()
      exit(EXIT.ok)
    })
}

async function addProducts(url: string, products: readonly object[]): Promise<void> {
  const { request } = await import('undici')
  const answer = await request(`${url}/_control/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(products),
  })
  if (answer.statusCode !== 201)
    throw new Error(`seeding the simulator answered ${answer.statusCode}: ${await answer.body.text()}`)
  await answer.body.dump()
}

function collectOption(pair: string, known: Record<string, unknown>): Record<string, unknown> {
  const cut = pair.indexOf('=')
  if (cut < 1) throw new InvalidArgumentError('Write it as name=json.')
  try {
    return { ...known, [pair.slice(0, cut)]: JSON.parse(pair.slice(cut + 1)) }
  } catch (error) {
    throw new InvalidArgumentError(
      `It is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
    )
  }
}
