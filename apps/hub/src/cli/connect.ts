import { findLocations } from '@plimsoll/stock'
import {
  type CatalogueReport,
  ConnectionRegistry,
  connect,
  goLive,
  importConnection,
  makePreview,
} from '@plimsoll/sync'
import { type Command, InvalidArgumentError } from 'commander'
import type { HubBase } from '../hub.ts'
import { ensureLocation } from '../items-import.ts'
import { readInput } from './input-file.ts'
import { numberIn, ORDERS_POLL_MS } from './number-option.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

type ConnectOptions = CommonOptions & {
  name?: string
  location?: string
  set: Record<string, string>
  credentials?: string
  live?: boolean
  ordersPollMs?: number
}

export function connectCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('connect'))
    .description(
      'connect a shop: try its credentials, store them sealed, import its listings; it starts in shadow mode',
    )
    .argument('<connector>', 'shopify, woocommerce, …')
    .option('--name <name>', 'what you call it (default: the connector and today’s date)')
    .option('--location <code>', 'where its orders reserve stock (default: your only location)')
    .option(
      '--set <key=value>',
      'a setting, for example --set shop=brand.myshopify.com; may be repeated',
      collect,
      {},
    )
    .option(
      '--credentials <file>',
      'JSON file with the credentials; - reads standard input, so that they show in no process list',
    )
    .option(
      '--orders-poll-ms <number>',
      'time between two looks for orders that webhooks missed (default 15000)',
      numberIn(ORDERS_POLL_MS),
    )
    .option('--live', 'go live at once instead of starting in shadow mode')
    .addHelpText(
      'after',
      '\nExample:\n  plimsoll connect woocommerce --set url=https://shop.example --credentials keys.json\n',
    )
    .action(async (connector: string, options: ConnectOptions) => {
      const credentials = readCredentials(options.credentials)
      exit(
        await withHub(options, async (hub, output) => {
          const locationCode = await chooseLocation(hub, options.location)
          const today = new Date(hub.context.clock.now()).toISOString().slice(0, 10)
          const name = options.name ?? `${connector} ${today}`
          const { connectionId, check } = await connect(hub.context, {
            connector,
            name,
            settings: options.set,
            credentials,
            locationCode,
            ordersPollMs: options.ordersPollMs,
          })
          output.say(`Connected to ${check.account}; here it is called "${name}".`)
          for (const scope of check.missingScopes)
            output.say(`Missing right: ${scope}. Grant it before going live.`)
          for (const warning of check.warnings) output.say(`Mind: ${warning}`)
          const open = await new ConnectionRegistry(hub.context).find(connectionId)
          if (open === undefined) throw new Error('the connection just made cannot be found')
          const report = await importConnection(hub.context, open, (step, done) =>
            output.say(`  ${step}: ${done}`),
          ).catch((error: unknown) => {
            const again = `plimsoll import listings ${JSON.stringify(name)}`
            output.warn(
              `It is connected, but its listings are not imported. Once this is cured run: ${again}`,
            )
            throw error
          })
          const isLive = options.live === true
          if (isLive) {
            const { preview } = await makePreview(hub.context, connectionId)
            await goLive(hub.context, connectionId, { previewId: preview.previewId, actor: 'cli' })
          }
          output.result(
            { connectionId, name, account: check.account, ...report, state: isLive ? 'live' : 'shadow' },
            () => sayResult(name, isLive, report),
          )
          return EXIT.ok
        }),
      )
    })
}

function sayResult(name: string, isLive: boolean, report: CatalogueReport): string {
  const { listings, mappedBySku } = report
  const lines = [`${mappedBySku} of ${listings} listings are tied to items by SKU.`]
  if (mappedBySku < listings) {
    lines.push(
      `For the others import items of the same SKUs, then run: plimsoll import listings ${JSON.stringify(name)}`,
    )
  }
  lines.push(
    isLive
      ? 'It is live: plimsoll serve keeps its quantities.'
      : 'It is in shadow mode: plimsoll serve reads everything and writes nothing, until you go live: see plimsoll shadow and plimsoll go-live.',
  )
  return lines.join('\n')
}

/** The location named; else the only one; a brand without any gets its first, MAIN. */
export async function chooseLocation(hub: HubBase, code: string | undefined): Promise<string> {
  if (code !== undefined) return code
  const locations = await findLocations(hub.database.kysely, hub.context.organizationId)
  const [first, second] = locations
  if (first === undefined) {
    await ensureLocation(hub.context, { code: 'MAIN', name: 'Main warehouse', kind: 'warehouse' })
    return 'MAIN'
  }
  if (second === undefined) return first.code
  throw new CommandProblem(
    `Name a location with --location: ${locations.map((each) => each.code).join(', ')}.`,
  )
}

function collect(pair: string, known: Record<string, string>): Record<string, string> {
  const cut = pair.indexOf('=')
  if (cut < 1) throw new InvalidArgumentError('Write it as key=value.')
  return { ...known, [pair.slice(0, cut)]: pair.slice(cut + 1) }
}

function readCredentials(file: string | undefined): unknown {
  if (file === undefined)
    throw new CommandProblem('Give the credentials with --credentials FILE (JSON), or - for standard input.')
  const text = readInput(file).toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    // Not the parser's own words: they quote the text, and the text is secret.
    throw new CommandProblem('The credentials are not JSON; write an object such as {"consumerKey":"ck_…"}.')
  }
}
