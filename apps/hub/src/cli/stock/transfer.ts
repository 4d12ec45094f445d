import {
  cancelTransfer,
  closeTransfer,
  createTransfer,
  dispatchTransfer,
  findTransfer,
  findTransferPage,
  receiveTransfer,
  type Transfer,
} from '@plimsoll/stock'
import type { Command } from 'commander'
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
  toFigure,
  toNamedUnit,
  toSaidLines,
} from './document-lines.ts'
import { addLedgerOptions, figuresOf, type LedgerOptions, runLedgerCommand } from './ledger-command.ts'
import { toQuantity } from './quantity.ts'
import { toUnits, type UnitOptions, unitOptions } from './tracked-options.ts'

type Places = { from: string; to: string; via?: string; reference?: string }
type Moved = LedgerOptions & UnitOptions

const transfers: ShownDocument<Transfer> = {
  name: 'transfer',
  argument: 'transfer',
  unknown: 'unknown-transfer',
  states: ['draft', 'dispatched', 'partly-received', 'received', 'closed', 'cancelled'],
  find: findTransfer,
  findPage: findTransferPage,
  headText,
  toText,
}

export function transferCommand(stock: Command, exit: (code: number) => void): void {
  const group = stock.command('transfer').description('move stock from one location to another')

  const move = addLedgerOptions(group.command('move'))
  for (const option of unitOptions()) move.addOption(option)
  move
    .description('move units at once, without a document')
    .argument('<sku>', 'the item’s SKU')
    .argument('<quantity>', 'how many', toQuantity)
    .argument('<from>', 'code of the location that they leave')
    .argument('<to>', 'code of the location that they go to')
    .addHelpText('after', '\nExample:\n  plimsoll stock transfer move MUG 10 MAIN EAST\n')
    .action(async (sku: string, quantity: number, fromCode: string, toCode: string, options: Moved) => {
      exit(
        await runLedgerCommand(
          options,
          () => ({ kind: 'transfer', sku, quantity, fromCode, toCode, ...toUnits(options) }),
          (result) =>
            `Moved ${quantity} of ${sku} from ${fromCode} to ${toCode}: ${figuresOf(result)} there.`,
        ),
      )
    })

  addDocumentOptions(group.command('create'))
    .description('make a draft; nothing moves yet')
    .argument('<lines...>', 'what is to go, as SKU=QUANTITY or SKU@LOT=QUANTITY', collect(toFigure))
    .requiredOption('--from <code>', 'the location that it leaves')
    .requiredOption('--to <code>', 'the location that it goes to')
    .option('--via <code>', 'a transit location (default: your own, made when it is first needed)')
    .option('--reference <text>', 'your own number of it')
    .addHelpText('after', '\nExample:\n  plimsoll stock transfer create MUG=10 CUP=4 --from MAIN --to EAST\n')
    .action(async (lines: Figure[], options: DocumentOptions & Places) => {
      const { from: fromCode, to: toCode, via: viaCode, reference } = options
      exit(
        await runDocumentCommand(
          options,
          (store, head) => createTransfer(store, head, { fromCode, toCode, viaCode, reference, lines }),
          (made) => `${toText(made)}\nTo send it: plimsoll stock transfer dispatch ${made.transferId}`,
        ),
      )
    })

  addDocumentOptions(group.command('dispatch'))
    .description('take the units out of their location, all that is requested or what is named')
    .argument('<transfer>', 'its id')
    .argument('[lines...]', 'less than is requested, as SKU=QUANTITY or SKU@LOT=QUANTITY', collect(toFigure))
    .option(
      '--serial <sku=serial...>',
      'which units, of items tracked by serial number',
      collect(toNamedUnit),
    )
    .action(
      async (transferId: string, given: Figure[], options: DocumentOptions & Pick<Arrived, 'serial'>) => {
        exit(
          await runDocumentCommand(
            options,
            async (store, head, hub) => {
              const { lines } = await getDocument(hub, transfers, transferId)
              const { serial } = options
              const said = toSaidLines(lines, given, serial === undefined ? {} : { serial })
              return await dispatchTransfer(store, head, {
                transferId,
                lines: said.length === 0 ? undefined : said,
              })
            },
            (sent) =>
              `${toText(sent)}\nWhen it arrives: plimsoll stock transfer receive ${sent.transferId} --all`,
          ),
        )
      },
    )

  addArrivedOptions(addDocumentOptions(group.command('receive')))
    .description('take in what arrived; in parts as often as it takes')
    .argument('<transfer>', 'its id')
    .argument('[lines...]', 'what arrived, as SKU=QUANTITY or SKU@LOT=QUANTITY', collect(toFigure))
    .option('--all', 'all that is in transit has arrived')
    .option('--lost <sku=quantity>', 'how many never will, with --reason; may be repeated', collect(toFigure))
    .option('--lost-serial <sku=serial...>', 'which units never will, with --reason', collect(toNamedUnit))
    .option('--back', 'they have come back to where they came from')
    .action(
      async (transferId: string, given: Figure[], options: DocumentOptions & Arrived & { back?: true }) => {
        exit(
          await runDocumentCommand(
            options,
            async (store, head, hub) => {
              const { lines } = await getDocument(hub, transfers, transferId)
              return await receiveTransfer(store, head, {
                transferId,
                back: options.back,
                lines: toSaidLines(lines, given, options, (line) => ({
                  units: inTransit(line),
                  serials: line.serials
                    .filter(({ state }) => state === 'in-transit')
                    .map(({ serial }) => serial),
                })),
              })
            },
            toText,
          ),
        )
      },
    )

  addDocumentOptions(group.command('close'))
    .description('write off what is still in transit, with --reason')
    .argument('<transfer>', 'its id')
    .action(async (transferId: string, options: DocumentOptions) => {
      exit(await runDocumentCommand(options, (store, head) => closeTransfer(store, head, transferId), toText))
    })

  addDocumentOptions(group.command('cancel'))
    .description('give a draft up')
    .argument('<transfer>', 'its id')
    .action(async (transferId: string, options: DocumentOptions) => {
      exit(
        await runDocumentCommand(options, (store, head) => cancelTransfer(store, head, transferId), toText),
      )
    })

  addReadings(group, exit, transfers)
}

function inTransit({ dispatched, received, lost, returned }: Transfer['lines'][number]): number {
  return dispatched - received - lost - returned
}

function headText({ transferId, state, fromCode, toCode, reference, lines }: Transfer): string {
  const units = lines.reduce((sum, { requested }) => sum + requested, 0)
  return `${transferId}  ${state}  ${fromCode} → ${toCode}  ${units} units${reference === null ? '' : `  ${reference}`}`
}

function toText(transfer: Transfer): string {
  return [
    headText(transfer),
    ...transfer.lines.map((line) =>
      [
        `  ${line.sku}${line.lot === null ? '' : ` of lot ${line.lot}`}: ${line.requested} requested, ${line.dispatched} dispatched, ${line.received} received`,
        ...(line.damaged > 0 ? [`${line.damaged} of them damaged`] : []),
        ...(line.lost > 0 ? [`${line.lost} lost`] : []),
        ...(line.returned > 0 ? [`${line.returned} came back`] : []),
        ...(inTransit(line) > 0 ? [`${inTransit(line)} in transit`] : []),
        ...line.serials.map(
          ({ serial, state }) => `${serial} ${state === 'in-transit' ? 'in transit' : state}`,
        ),
      ].join(', '),
    ),
  ].join('\n')
}
