import type { ShipmentDetail, ShipmentPage } from '@plimsoll/client'
import {
  AFTER_CANCEL,
  type AfterCancel,
  cancelShipment,
  mergeShipments,
  type PackedLine,
  shipParcel,
  splitShipment,
} from '@plimsoll/sync'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { processContext } from '../process-context.ts'
import { getShipment, listShipments } from '../views/shipments.ts'
import { numberIn } from './number-option.ts'
import { RefusedByLedger } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

const STATES = [
  'open',
  'planned',
  'ready',
  'asked',
  'received',
  'working',
  'held',
  'shipped',
  'cancelled',
  'rejected',
] as const

type ListOptions = CommonOptions & {
  state?: (typeof STATES)[number]
  warehouse?: string
  location?: string
  olderThan?: number
  limit: number
}
type CancelOptions = CommonOptions & { afterwards: AfterCancel; reason?: string }
type ShipOptions = CommonOptions & {
  line: PackedLine[]
  carrier?: string
  tracking?: string
  trackingUrl?: string
  last?: boolean
  key?: string
}

export function shipmentCommand(program: Command, exit: (code: number) => void): void {
  const group = program.command('shipment').description('what is sent from where, and to send it yourself')

  addCommonOptions(
    group
      .command('list')
      .description('shipments, the oldest first, one a line')
      .addOption(
        new Option('--state <state>', 'open for all that may still leave, or one state').choices(STATES),
      )
      .option('--warehouse <warehouse>', 'id or name of the connection that sends; own: your people')
      .option('--location <code>', 'the location that it leaves from')
      .option('--older-than <hours>', 'made so long ago', numberIn({ min: 0, max: 100_000 }))
      .option('--limit <number>', 'at most so many', numberIn({ min: 1, max: 200 }), 50),
  ).action(async ({ state, warehouse, location, olderThan, limit, ...options }: ListOptions) => {
    const query = { state, warehouse, location, olderThanHours: olderThan, limit }
    exit(await runReading(options, ({ context }) => listShipments(context, query), sayList))
  })

  addCommonOptions(group.command('show'))
    .description('one shipment with its lines and its parcels')
    .argument('<shipment>', 'its id')
    .action(async (shipment: string, options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => getShipment(context, shipment), sayShipment))
    })

  addCommonOptions(
    group
      .command('cancel')
      .description('stop a shipment; a warehouse that has heard of it is asked')
      .argument('<shipment>', 'its id')
      .addOption(
        new Option(
          '--afterwards <what>',
          'hold the order, send-again by the rules, or send-from-elsewhere (default: hold)',
        ).choices(AFTER_CANCEL),
      )
      .option('--reason <text>', 'for whoever looks at the order'),
  ).action(async (shipment: string, options: CancelOptions) => {
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const { afterwards = 'hold', reason = null } = options
          const cancel = { afterwards, note: reason, version: undefined, actor: 'cli' }
          const outcome = await cancelShipment(context, shipment, cancel)
          if (outcome.kind === 'changed') throw new RefusedByLedger(outcome.refusal)
          return await getShipment(context, shipment)
        },
        sayShipment,
      ),
    )
  })

  addCommonOptions(
    group
      .command('split')
      .description('move units of a shipment that nobody outside has heard of into a new one')
      .argument('<shipment>', 'its id')
      .requiredOption(
        '--line <line>',
        'what is moved, as SKU=QUANTITY in the order’s own unit; once for each',
        toMoved,
        [],
      )
      .option('--location <code>', 'the location that they are sent from (default: the same)'),
  ).action(async (shipment: string, options: CommonOptions & { line: Moved[]; location?: string }) => {
    const split = { lines: options.line, location: options.location, version: undefined, actor: 'cli' }
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const outcome = await splitShipment(context, shipment, split)
          if (outcome.kind === 'refused') throw new RefusedByLedger(outcome.refusal)
          return await getShipment(context, outcome.shipmentId)
        },
        sayShipment,
      ),
    )
  })

  addCommonOptions(
    group
      .command('merge')
      .description('empty another shipment of the same order and location into one; the other ends')
      .argument('<shipment>', 'its id')
      .argument('<other>', 'id of the one that is emptied'),
  ).action(async (shipment: string, other: string, options: CommonOptions) => {
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const outcome = await mergeShipments(context, shipment, { other, version: undefined, actor: 'cli' })
          if (outcome.kind === 'refused') throw new RefusedByLedger(outcome.refusal)
          return await getShipment(context, outcome.shipmentId)
        },
        sayShipment,
      ),
    )
  })

  addCommonOptions(
    group
      .command('ship')
      .description('say that a parcel has left from one of your own locations')
      .argument('<shipment>', 'its id')
      .requiredOption(
        '--line <line>',
        'what is in it, as SKU=UNITS or SKU=UNITS@LOT; once for each',
        toLine,
        [],
      )
      .option('--carrier <name>', 'who carries it')
      .option('--tracking <number>', 'its tracking number')
      .option('--tracking-url <address>', 'where it can be followed')
      .option('--last', 'nothing else leaves by this shipment: the rest is given up')
      .option('--key <key>', 'under the same key the same parcel counts once (default: a fresh one)'),
  ).action(async (shipment: string, options: ShipOptions) => {
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const outcome = await shipParcel(context, shipment, {
            key: options.key ?? processContext.uuid(),
            carrier: options.carrier ?? null,
            trackingNumber: options.tracking ?? null,
            trackingUrl: options.trackingUrl ?? null,
            lines: options.line,
            isLast: options.last === true,
            version: undefined,
            actor: 'cli',
          })
          if (outcome.kind === 'refused') throw new RefusedByLedger(outcome.refusal)
          return await getShipment(context, shipment)
        },
        sayShipment,
      ),
    )
  })
}

type Moved = { sku: string; quantity: number }

function toMoved(text: string, before: Moved[]): Moved[] {
  const [, sku, quantity] = /^(.+)=(\d{1,10})$/.exec(text) ?? []
  if (sku === undefined || Number(quantity) < 1)
    throw new InvalidArgumentError('Give SKU=QUANTITY, such as MUG=2.')
  return [...before, { sku, quantity: Number(quantity) }]
}

function toLine(text: string, before: PackedLine[]): PackedLine[] {
  const [, sku, units, lot] = /^(.+)=(\d{1,10})(?:@(.+))?$/.exec(text) ?? []
  if (sku === undefined || Number(units) < 1) throw new InvalidArgumentError('Give SKU=UNITS, such as MUG=2.')
  return [...before, { sku, units: Number(units), ...(lot !== undefined && { lot }) }]
}

function sayList({ rows, next }: ShipmentPage): string {
  if (rows.length === 0) return 'There is none.'
  const more = next === null ? [] : ['There are more: narrow the search, or use the API.']
  return [
    ...rows.map(
      ({ shipmentId, number, channel, location, warehouse, state, units, shipped, createdAt, problem }) =>
        `${shipmentId} ${number} (${channel}) from ${location}${warehouse === null ? '' : ` by ${warehouse}`}: ${state}, ${shipped} of ${units} left, since ${createdAt}${problem === null ? '' : ` ! ${problem}`}`,
    ),
    ...more,
  ].join('\n')
}

function sayShipment(shipment: ShipmentDetail): string {
  const { shipmentId, number, location, warehouse, state, cancelReason, problem, lines, parcels } = shipment
  return [
    `${number} (${shipmentId}) from ${location}${warehouse === null ? '' : ` by ${warehouse}`}: ${state}${cancelReason === null ? '' : `, to be cancelled (${cancelReason})`}${problem === null ? '' : ` ! ${problem}`}`,
    ...lines.map(
      ({ sku, units, shipped, bin }) =>
        `  ${sku}: ${shipped} of ${units} left${bin === null ? '' : `, bin ${bin}`}`,
    ),
    ...parcels.map(
      (parcel) =>
        `  parcel ${parcel.carrier ?? ''} ${parcel.trackingNumber ?? 'without a number'} left ${parcel.shippedAt}`,
    ),
  ].join('\n')
}
