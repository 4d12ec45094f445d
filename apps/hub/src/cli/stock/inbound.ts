import {
  cancelInboundRest,
  createInboundShipment,
  findInboundPage,
  findInboundShipment,
  type InboundShipment,
  isUuid,
  receiveInboundShipment,
  refuse,
} from '@plimsoll/stock'
import type { Command } from 'commander'
import { z } from 'zod'
import type { HubBase } from '../../hub.ts'
import { CommandProblem, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions } from '../with-hub.ts'
import {
  addDocumentOptions,
  collect,
  type DocumentOptions,
  LISTED,
  runDocumentCommand,
  runReading,
  type SkuQuantity,
  toLines,
  toSkuQuantity,
} from './document-command.ts'

type About = { location: string; supplier?: string; reference?: string; expectedOn?: string }
type Received = { damaged?: SkuQuantity[]; all?: true; allowOver?: true }

export function inboundCommand(stock: Command, exit: (code: number) => void): void {
  const group = stock.command('inbound').description('what suppliers are to bring')

  addDocumentOptions(group.command('create'))
    .description('announce a shipment: it is incoming from now on')
    .argument('<lines...>', 'what is to come, as SKU=QUANTITY', collect(toSkuQuantity))
    .requiredOption('--location <code>', 'the location that it comes to')
    .option('--supplier <name>', 'who brings it')
    .option('--reference <text>', 'the number of your order')
    .option('--expected-on <day>', 'the day, as 2026-12-25')
    .addHelpText(
      'after',
      '\nExample:\n  plimsoll stock inbound create MUG=500 --location MAIN --supplier Potter\n',
    )
    .action(async (lines: SkuQuantity[], options: DocumentOptions & About) => {
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

  addDocumentOptions(group.command('receive'))
    .description('take in what arrived; in parts as often as it takes')
    .argument('<shipment>', 'its id')
    .argument('[lines...]', 'what arrived, as SKU=QUANTITY', collect(toSkuQuantity))
    .option('--all', 'all that is on its way has arrived')
    .option(
      '--damaged <sku=quantity>',
      'of these, how many are to be held; may be repeated',
      collect(toSkuQuantity),
    )
    .option('--allow-over', 'take more than is on its way; it is recorded as such')
    .action(async (inboundId: string, given: SkuQuantity[], options: DocumentOptions & Received) => {
      exit(
        await runDocumentCommand(
          options,
          async (store, head, hub) => {
            const { lines } = await getShipment(hub, inboundId)
            return await receiveInboundShipment(store, head, {
              inboundId,
              allowOver: options.allowOver,
              lines: toArrivals(lines, given, options),
            })
          },
          toText,
        ),
      )
    })

  addDocumentOptions(group.command('cancel'))
    .description('take off what will not come: what is named, or all that is left, which ends it')
    .argument('<shipment>', 'its id')
    .argument('[lines...]', 'how many will not come, as SKU=QUANTITY', collect(toSkuQuantity))
    .action(async (inboundId: string, given: SkuQuantity[], options: DocumentOptions) => {
      exit(
        await runDocumentCommand(
          options,
          async (store, head, hub) => {
            const { lines } = await getShipment(hub, inboundId)
            return await cancelInboundRest(store, head, {
              inboundId,
              lines: given.length === 0 ? undefined : toLines(lines, given),
            })
          },
          toText,
        ),
      )
    })

  addCommonOptions(group.command('show'))
    .description('one inbound shipment with its lines')
    .argument('<shipment>', 'its id')
    .action(async (inboundId: string, options: CommonOptions) => {
      exit(await runReading(options, (hub) => getShipment(hub, inboundId), toText))
    })

  addCommonOptions(group.command('list'))
    .description(`the newest ${LISTED} inbound shipments`)
    .option('--state <state>', 'only expected, partly-received, received, closed or cancelled ones')
    .action(async (options: CommonOptions & { state?: InboundShipment['state'] }) => {
      exit(
        await runReading(
          options,
          ({ database, context }) =>
            findInboundPage(database.kysely, context.organizationId, { state: options.state, limit: LISTED }),
          ({ rows }) => (rows.length === 0 ? 'There is none.' : rows.map(headText).join('\n')),
        ),
      )
    })
}

async function getShipment({ database, context }: HubBase, inboundId: string): Promise<InboundShipment> {
  const found = isUuid(inboundId)
    ? await findInboundShipment(database.kysely, context.organizationId, inboundId)
    : undefined
  if (found === undefined) {
    const message = `There is no inbound shipment ${inboundId}.`
    throw new RefusedByLedger(refuse('unknown-inbound-shipment', 'shipment', message))
  }
  return found
}

function toArrivals(
  lines: InboundShipment['lines'],
  given: readonly SkuQuantity[],
  { all, damaged = [] }: Received,
) {
  const whole = all === true ? lines.map((line) => ({ line: line.line, quantity: outstanding(line) })) : []
  const quantities = new Map(
    [...whole, ...toLines(lines, given)].map(({ line, quantity }) => [line, quantity]),
  )
  const damages = new Map(toLines(lines, damaged).map(({ line, quantity }) => [line, quantity]))
  return [...new Set([...quantities.keys(), ...damages.keys()])]
    .map((line) => ({ line, quantity: quantities.get(line) ?? 0, damaged: damages.get(line) ?? 0 }))
    .filter(({ line, quantity }) => quantity > 0 || damages.has(line) || given.length > 0)
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
