import type { CheckResult, Connector } from '@plimsoll/connector-kit'
import { findLocations } from '@plimsoll/stock'
import {
  type CatalogueReport,
  ConnectionRegistry,
  checkConnection,
  connect,
  goLive,
  importAndWait,
  makePreview,
} from '@plimsoll/sync'
import { type Command, InvalidArgumentError } from 'commander'
import type { HubBase } from '../hub-base.ts'
import { ensureLocation } from '../items-import.ts'
import { describeFailedImport } from '../listing-imports/listing-import-worker.ts'
import { authorize } from './authorize.ts'
import { loadAllConnectors } from './connector-places.ts'
import { readInput } from './input-file.ts'
import { numberIn, ORDERS_POLL_MS, PORT } from './number-option.ts'
import { CommandProblem, EXIT, type Output } from './output.ts'
import { assertCredentials, readSettings } from './typed-settings.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

type ConnectOptions = CommonOptions & {
  name?: string
  location?: string
  set: Record<string, string>
  credentials?: string
  authorize?: boolean
  port?: number
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
      collectSettings,
      {},
    )
    .option(
      '--credentials <file>',
      'JSON file with the credentials; - reads standard input, so that they show in no process list',
    )
    .option(
      '--authorize',
      'have access granted on the platform’s own page, over the hub that runs (plimsoll serve)',
    )
    .option('--port <number>', 'port of that hub on 127.0.0.1 (PLIMSOLL_PORT; default 7460)', numberIn(PORT))
    .option(
      '--orders-poll-ms <number>',
      'time between two looks for orders that webhooks missed (default 15000)',
      numberIn(ORDERS_POLL_MS),
    )
    .option('--live', 'go live at once instead of starting in shadow mode')
    .addHelpText(
      'after',
      '\nExamples:\n  plimsoll connect woocommerce --set url=https://shop.example --credentials keys.json\n  plimsoll connect woocommerce --set url=https://shop.example --authorize\nWhat each connector takes: plimsoll connectors\n',
    )
    .action(async (id: string, options: ConnectOptions) => {
      const connector = await loadConnector(id)
      const settings = readSettings(connector, options.set)
      const given = readGiven(connector, options)
      exit(
        await withHub(options, async (hub, output) => {
          const location = await chooseLocation(hub, options.location)
          const today = new Date(hub.context.clock.now()).toISOString().slice(0, 10)
          const name = options.name ?? `${id} ${today}`
          const { ordersPollMs } = options
          if (options.authorize === true) {
            const { connectionId } = await authorize(hub, output, {
              connector: id,
              name,
              location,
              settings,
              given,
              ...(ordersPollMs !== undefined && { ordersPollMs }),
            })
            return await finish(hub, output, { connectionId, name, check: undefined, options })
          }
          const made = await connect(hub.context, {
            connector: id,
            name,
            settings,
            credentials: given,
            locationCode: location,
            ordersPollMs,
          })
          return await finish(hub, output, { ...made, name, options })
        }),
      )
    })
}

/** @throws CommandProblem naming those that there are */
export async function loadConnector(id: string): Promise<Connector> {
  const connectors = await loadAllConnectors()
  const connector = connectors.get(id)
  if (connector !== undefined) return connector
  const known = [...connectors.keys()].sort().join(', ')
  throw new CommandProblem(
    `There is no connector "${id}"; there are: ${known}. What each takes: plimsoll connectors.`,
  )
}

/** The credentials; or what the platform's page needs before it can grant them. */
function readGiven(connector: Connector, options: ConnectOptions): unknown {
  const { grant, manifest } = connector
  if (options.authorize !== true) {
    const credentials = readCredentials(options.credentials, connector)
    assertCredentials(connector, manifest.credentials, credentials, 'credentials')
    return credentials
  }
  assertGrantPage(connector)
  const given = options.credentials === undefined ? {} : readCredentials(options.credentials, connector)
  if (grant !== undefined) assertCredentials(connector, grant.needs, given, 'credentials')
  return given
}

export function assertGrantPage({ grant, manifest }: Connector): void {
  if (grant !== undefined) return
  throw new CommandProblem(
    `${manifest.name} has no page on which access is granted; give the credentials themselves with --credentials FILE.`,
  )
}

/** What is the same however a connection was made: who it is, its listings, and where it stands. */
async function finish(
  hub: HubBase,
  output: Output,
  made: { connectionId: string; name: string; check: CheckResult | undefined; options: ConnectOptions },
): Promise<number> {
  const { connectionId, name, options } = made
  const registry = new ConnectionRegistry(hub.context)
  const open = await registry.find(connectionId)
  if (open === undefined) throw new Error('the connection just made cannot be found')
  const work = async () => {
    const check = made.check ?? (await checkConnection(hub.context, open))
    output.say(`Connected to ${check.account}; here it is called "${name}".`)
    sayCheck(output, check)
    const working = { registry, describe: describeFailedImport }
    const report = await importAndWait(hub.context, connectionId, working, (step, done) =>
      output.say(`  ${step}: ${done}`),
    )
    return { check, report }
  }
  const { check, report } = await work().catch((error: unknown) => {
    const again = `plimsoll import listings ${JSON.stringify(name)}`
    output.warn(`It is connected, but its listings are not imported. Once this is cured run: ${again}`)
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
}

/** What a person should cure before going live. */
export function sayCheck(output: Output, { missingScopes, warnings, unproven }: CheckResult): void {
  if (unproven !== undefined) output.say(`Not proven whose account it is: ${unproven}`)
  for (const scope of missingScopes) output.say(`Missing right: ${scope}. Grant it before going live.`)
  for (const warning of warnings) output.say(`Mind: ${warning}`)
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

/** `--set key=value`, as often as it is given. */
export function collectSettings(pair: string, known: Record<string, string>): Record<string, string> {
  const cut = pair.indexOf('=')
  if (cut < 1) throw new InvalidArgumentError('Write it as key=value.')
  return { ...known, [pair.slice(0, cut)]: pair.slice(cut + 1) }
}

export function readCredentials(file: string | undefined, { grant, manifest }: Connector): unknown {
  if (file === undefined) {
    const page =
      grant === undefined ? '' : `, or have access granted on ${manifest.name}’s own page with --authorize`
    throw new CommandProblem(
      `Give the credentials with --credentials FILE (JSON), or - for standard input${page}. What goes into it: plimsoll connectors ${manifest.id}`,
    )
  }
  const text = readInput(file).toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    // Not the parser's own words: they quote the text, and the text is secret.
    throw new CommandProblem('The credentials are not JSON; write an object such as {"consumerKey":"ck_…"}.')
  }
}
