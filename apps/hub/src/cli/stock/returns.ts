import { type CustomerReturn, findReturn, findReturnPage, waitingOf } from '@plimsoll/orders'
import { cancelReturn, createReturn, inspectReturn } from '@plimsoll/sync'
import type { Command } from 'commander'
import { CommandProblem } from '../output.ts'
import {
  addDocumentOptions,
  addReadings,
  type DocumentOptions,
  getDocument,
  runDocumentCommand,
  type ShownDocument,
} from './document-command.ts'
import { collect, type Figure, toFigure } from './document-lines.ts'
import { returnNoticeCommands } from './return-notices.ts'

const returns: ShownDocument<CustomerReturn> = {
  name: 'return',
  argument: 'return',
  unknown: 'unknown-return',
  states: ['announced', 'partly-inspected', 'closed', 'cancelled'],
  find: findReturn,
  // The command line takes any text for a state: one that there is not finds none.
  findPage: (db, organizationId, { state, limit }) =>
    findReturnPage(db, organizationId, { state: state as CustomerReturn['state'] | undefined, limit }),
  headText,
  toText,
}

type Conditions = { restocked?: Figure[]; damaged?: Figure[]; disposed?: Figure[] }

/** `stock returns`: what customers send back, to a place of your own or to a warehouse, which is told of it. */
export function returnsCommand(stock: Command, exit: (code: number) => void): void {
  const group = stock.command('returns').description('what customers send back')

  addDocumentOptions(group.command('create'))
    .description('note what a customer is to send back: nothing is on hand by that')
    .argument('<lines...>', 'what is to come back, as SKU=QUANTITY', collect(toFigure))
    .requiredOption('--number <text>', 'what the customer was given (RMA)')
    .requiredOption('--location <code>', 'the location that it comes to')
    .option('--shipment <id>', 'the shipment that it left by, where you know it')
    .action(
      async (
        lines: Figure[],
        options: DocumentOptions & { number: string; location: string; shipment?: string },
      ) => {
        const { number, location: locationCode, shipment: shipmentId } = options
        exit(
          await runDocumentCommand(
            options,
            (_, head, { context }) =>
              createReturn(context, head, { number, shipmentId, locationCode, lines }),
            toText,
          ),
        )
      },
    )

  addDocumentOptions(group.command('inspect'))
    .description('say of units that came back what they are; in parts as often as it takes')
    .argument('<return>', 'its id')
    .option(
      '--restocked <sku=quantity...>',
      'on hand again, to be sold; SKU@LOT=QUANTITY of a lot',
      collect(toFigure),
    )
    .option('--damaged <sku=quantity...>', 'on hand and held', collect(toFigure))
    .option('--disposed <sku=quantity...>', 'thrown away', collect(toFigure))
    .action(async (returnId: string, options: DocumentOptions & Conditions) => {
      exit(
        await runDocumentCommand(
          options,
          async (_, head, hub) => {
            const { lines } = await getDocument(hub, returns, returnId)
            return await inspectReturn(hub.context, head, { returnId, lines: toInspected(lines, options) })
          },
          toText,
        ),
      )
    })

  addDocumentOptions(group.command('cancel'))
    .description('nothing more of it will come')
    .argument('<return>', 'its id')
    .action(async (returnId: string, options: DocumentOptions) => {
      exit(
        await runDocumentCommand(
          options,
          (_, head, { context }) => cancelReturn(context, head, returnId),
          toText,
        ),
      )
    })

  returnNoticeCommands(group, exit)
  addReadings(group, exit, returns)
}

function toInspected(lines: CustomerReturn['lines'], conditions: Conditions) {
  return (['restocked', 'damaged', 'disposed'] as const).flatMap((found) =>
    (conditions[found] ?? []).map(({ sku, lot, quantity }) => {
      const line = lines.find((each) => each.sku === sku)
      if (line === undefined) throw new CommandProblem(`Nothing of "${sku}" is to come back by this return.`)
      const condition = found === 'restocked' ? ('sellable' as const) : found
      return { line: line.line, quantity, condition, lot }
    }),
  )
}

function headText({
  returnId,
  state,
  number,
  locationCode,
  shipmentId,
  announcedBy,
}: CustomerReturn): string {
  const from = shipmentId === null ? [] : [`of shipment ${shipmentId}`]
  const by = announcedBy === null ? [] : [`granted by ${announcedBy}`]
  return [`${returnId}  ${state}  ${number} → ${locationCode}`, ...from, ...by].join('  ')
}

function toText(returned: CustomerReturn): string {
  return [
    headText(returned),
    ...returned.lines.map((line) => {
      const { sku, announced, restocked, damaged, disposed } = line
      return [
        `  ${sku}: ${announced} announced`,
        ...(restocked > 0 ? [`${restocked} restocked`] : []),
        ...(damaged > 0 ? [`${damaged} damaged`] : []),
        ...(disposed > 0 ? [`${disposed} disposed of`] : []),
        ...(waitingOf(line) > 0 ? [`${waitingOf(line)} to be inspected`] : []),
      ].join(', ')
    }),
  ].join('\n')
}
