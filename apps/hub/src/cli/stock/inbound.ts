import {
  cancelInboundRest,
  createInboundShipment,
  findInboundPage,
  findInboundShipment,
  type InboundShipment,
  receiveInboundShipment,
} from '@plimsoll/stock'
import type { Command } from 'commander'
import { z } from 'zod'
import { CommandProblem } from '../output.ts'
import { announceCommand } from './deliveries.ts'
import {
  addDocumentOptions,
  addReadings,
  type DocumentOptions,
  getDocument,
  runDocumentCommand,
  type ShownDocument,
} from './document-command.ts'
import {
  type Arrived,
  addArrivedOptions,
  collect,
  type Figure,
  type SaidOfLine,
  toFigure,
  toItemDetail,
  toLotDetail,
  toSaidLines,
} from './document-lines.ts'
import { toUnitCost } from './receive.ts'

type About = { location: string; supplier?: string; reference?: string; expectedOn?: string }
type Costs = { unitCost?: ReturnType<typeof toItemDetail>[] }
type LotDetails = ReturnType<typeof toLotDetail>[]
type Received = Arrived & {
  allowOver?: true
  expires?: LotDetails
  manufactured?: LotDetails
  supplierLot?: LotDetails
  force?: true
}

const shipments: ShownDocument<InboundShipment> = {
  name: 'inbound shipment',
  argument: 'shipment',
  unknown: 'unknown-inbound-shipment',
  states: ['expected', 'partly-received', 'received', 'closed', 'cancelled'],
  find: findInboundShipment,
  findPage: findInboundPage,
  headText,
  toText,
}

export function inboundCommand(stock: Command, exit: (code: number) => void): void {
  const group = stock.command('inbound').description('what suppliers are to bring')

  addDocumentOptions(group.command('create'))
    .description('announce a shipment: it is incoming from now on')
    .argument('<lines...>', 'what is to come, as SKU=QUANTITY', collect(toFigure))
    .requiredOption('--location <code>', 'the location that it comes to')
    .option('--supplier <name>', 'who brings it')
    .option('--reference <text>', 'the number of your order')
    .option('--expected-on <day>', 'the day, as 2026-12-25')
    .option(
      '--unit-cost <sku=amount...>',
      'what one base unit costs, in your currency, for example MUG=12.50',
      collect(toItemDetail),
    )
    .addHelpText(
      'after',
      '\nExample:\n  plimsoll stock inbound create MUG=500 --location MAIN --supplier Potter\n',
    )
    .action(async (figures: Figure[], options: DocumentOptions & About & Costs) => {
      const lines = toNewLines(figures, options)
      const { location: locationCode, supplier, reference, expectedOn } = options
      if (expectedOn !== undefined && !z.iso.date().safeParse(expectedOn).success) {
        throw new CommandProblem('Write the day of --expected-on as 2026-12-25.')
      }
      exit(
        await runDocumentCommand(
          options,
          (store, head) =>
            createInboundShipment(store, head, { locationCode, supplier, reference, expectedOn, lines }),
          (made) =>
            `${toText(made)}\nWhen it arrives: plimsoll stock inbound receive ${made.inboundId} --all`,
        ),
      )
    })

  addArrivedOptions(addDocumentOptions(group.command('receive')))
    .description('take in what arrived; in parts as often as it takes')
    .argument('<shipment>', 'its id')
    .argument('[lines...]', 'what arrived, as SKU=QUANTITY or SKU@LOT=QUANTITY', collect(toFigure))
    .option('--all', 'all that is on its way has arrived')
    .option('--allow-over', 'take more than is on its way; it is recorded as such')
    .option(
      '--expires <sku@lot=day...>',
      'the last day on which a new lot may leave, for example MILK@L12=2027-01-31',
      collect(toLotDetail),
    )
    .option('--manufactured <sku@lot=day...>', 'when a new lot was made', collect(toLotDetail))
    .option('--supplier-lot <sku@lot=text...>', 'what the supplier calls a new lot', collect(toLotDetail))
    .option('--force', 'take units of lots that may not leave; needs --reason')
    .action(async (inboundId: string, given: Figure[], options: DocumentOptions & Received) => {
      exit(
        await runDocumentCommand(
          options,
          async (store, head, hub) => {
            const { lines } = await getDocument(hub, shipments, inboundId)
            const said = toSaidLines(lines, given, options, (line) => ({ units: outstanding(line) }))
            return await receiveInboundShipment(store, head, {
              inboundId,
              allowOver: options.allowOver,
              lines: toArrivals(said, options),
            })
          },
          toText,
        ),
      )
    })

  addDocumentOptions(group.command('cancel'))
    .description('take off what will not come: what is named, or all that is left, which ends it')
    .argument('<shipment>', 'its id')
    .argument('[lines...]', 'how many will not come, as SKU=QUANTITY', collect(toFigure))
    .action(async (inboundId: string, given: Figure[], options: DocumentOptions) => {
      exit(
        await runDocumentCommand(
          options,
          async (store, head, hub) => {
            const { lines } = await getDocument(hub, shipments, inboundId)
            return await cancelInboundRest(store, head, {
              inboundId,
              lines: given.length === 0 ? undefined : toSaidLines(lines, given, {}),
            })
          },
          toText,
        ),
      )
    })

  announceCommand(group, exit)
  addReadings(group, exit, shipments)
}

function toNewLines(figures: readonly Figure[], { unitCost = [] }: Costs) {
  const costs = new Map(unitCost.map(({ sku, detail }) => [sku, toUnitCost(detail)]))
  const stray = [...costs.keys()].find((sku) => !figures.some((figure) => figure.sku === sku))
  if (stray !== undefined) throw new CommandProblem(`"${stray}" has a cost and is on no line.`)
  const ofLot = figures.find(({ lot }) => lot !== undefined)
  if (ofLot !== undefined) {
    throw new CommandProblem(`Name the lot of "${ofLot.sku}" when it is received: nobody knows it yet.`)
  }
  return figures.map(({ sku, quantity }) => ({ sku, quantity, unitCost: costs.get(sku) }))
}

/** Lines that arrived, each with what is told of its lot. */
function toArrivals(said: readonly SaidOfLine[], { expires, manufactured, supplierLot, force }: Received) {
  const detailOf = (details: LotDetails = [], { sku, lot }: SaidOfLine) =>
    details.find((each) => each.sku === sku && each.lot === lot)?.detail
  return said.map(({ sku, lost: _, lostSerials: __, ...arrived }) => {
    const line = { sku, ...arrived }
    return {
      ...arrived,
      expiresOn: detailOf(expires, line),
      manufacturedOn: detailOf(manufactured, line),
      supplierLot: detailOf(supplierLot, line),
      ...(arrived.lot !== undefined && { force }),
    }
  })
}

function outstanding({ expected, received, over, cancelled }: InboundShipment['lines'][number]): number {
  return expected - (received - over) - cancelled
}

function headText({
  inboundId,
  state,
  locationCode,
  supplier,
  reference,
  expectedOn,
}: InboundShipment): string {
  const about = [supplier, reference, expectedOn === null ? null : `expected on ${expectedOn}`]
  return [`${inboundId}  ${state}  → ${locationCode}`, ...about.filter((text) => text !== null)].join('  ')
}

function toText(shipment: InboundShipment): string {
  return [
    headText(shipment),
    ...shipment.lines.map((line) =>
      [
        `  ${line.sku}: ${line.expected} expected, ${line.received} received`,
        ...(line.damaged > 0 ? [`${line.damaged} of them damaged`] : []),
        ...(line.over > 0 ? [`${line.over} more than expected`] : []),
        ...(line.cancelled > 0 ? [`${line.cancelled} will not come`] : []),
        ...(outstanding(line) > 0 ? [`${outstanding(line)} on its way`] : []),
      ].join(', '),
    ),
  ].join('\n')
}
