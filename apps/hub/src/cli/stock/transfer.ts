import {
  cancelTransfer,
  closeTransfer,
  createTransfer,
  dispatchTransfer,
  findTransfer,
  findTransferPage,
  isUuid,
  receiveTransfer,
  refuse,
  type Transfer,
} from '@plimsoll/stock'
import type { Command } from 'commander'
import type { HubBase } from '../../hub.ts'
import { RefusedByLedger } from '../output.ts'
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
import { addLedgerOptions, figuresOf, type LedgerOptions, runLedgerCommand } from './ledger-command.ts'
import { toQuantity } from './quantity.ts'

type Places = { from: string; to: string; via?: string; reference?: string }
type Received = { damaged?: SkuQuantity[]; lost?: SkuQuantity[]; back?: true; all?: true }

export function transferCommand(stock: Command, exit: (code: number) => void): void {
  const group = stock.command('transfer').description('move stock from one location to another')

  addLedgerOptions(group.command('move'))
    .description('move units at once, without a document')
    .argument('<sku>', 'the item’s SKU')
    .argument('<quantity>', 'how many', toQuantity)
    .argument('<from>', 'code of the location that they leave')
    .argument('<to>', 'code of the location that they go to')
    .addHelpText('after', '\nExample:\n  plimsoll stock transfer move MUG 10 MAIN EAST\n')
    .action(
      async (sku: string, quantity: number, fromCode: string, toCode: string, options: LedgerOptions) => {
        exit(
          await runLedgerCommand(
            options,
            () => ({ kind: 'transfer', sku, quantity, fromCode, toCode }),
            (result) =>
              `Moved ${quantity} of ${sku} from ${fromCode} to ${toCode}: ${figuresOf(result)} there.`,
          ),
        )
      },
    )

  addDocumentOptions(group.command('create'))
    .description('make a draft; nothing moves yet')
    .argument('<lines...>', 'what is to go, as SKU=QUANTITY', collect(toSkuQuantity))
    .requiredOption('--from <code>', 'the location that it leaves')
    .requiredOption('--to <code>', 'the location that it goes to')
    .option('--via <code>', 'a transit location (default: your own, made when it is first needed)')
    .option('--reference <text>', 'your own number of it')
    .addHelpText('after', '\nExample:\n  plimsoll stock transfer create MUG=10 CUP=4 --from MAIN --to EAST\n')
    .action(async (lines: SkuQuantity[], options: DocumentOptions & Places) => {
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
    .argument('[lines...]', 'less than is requested, as SKU=QUANTITY', collect(toSkuQuantity))
    .action(async (transferId: string, given: SkuQuantity[], options: DocumentOptions) => {
      exit(
        await runDocumentCommand(
          options,
          async (store, head, hub) => {
            const { lines } = await getTransfer(hub, transferId)
            return await dispatchTransfer(store, head, {
              transferId,
              lines: given.length === 0 ? undefined : toLines(lines, given),
            })
          },
          (sent) =>
            `${toText(sent)}\nWhen it arrives: plimsoll stock transfer receive ${sent.transferId} --all`,
        ),
      )
    })

  addDocumentOptions(group.command('receive'))
    .description('take in what arrived; in parts as often as it takes')
    .argument('<transfer>', 'its id')
    .argument('[lines...]', 'what arrived, as SKU=QUANTITY', collect(toSkuQuantity))
    .option('--all', 'all that is in transit has arrived')
    .option(
      '--damaged <sku=quantity>',
      'of these, how many are to be held; may be repeated',
      collect(toSkuQuantity),
    )
    .option(
      '--lost <sku=quantity>',
      'how many never will, with --reason; may be repeated',
      collect(toSkuQuantity),
    )
    .option('--back', 'they have come back to where they came from')
    .action(async (transferId: string, given: SkuQuantity[], options: DocumentOptions & Received) => {
      exit(
        await runDocumentCommand(
          options,
          async (store, head, hub) => {
            const { lines } = await getTransfer(hub, transferId)
            return await receiveTransfer(store, head, {
              transferId,
              back: options.back,
              lines: toReceipts(lines, given, options),
            })
          },
          toText,
        ),
      )
    })

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

  addCommonOptions(group.command('show'))
    .description('one transfer with its lines')
    .argument('<transfer>', 'its id')
    .action(async (transferId: string, options: CommonOptions) => {
      exit(await runReading(options, (hub) => getTransfer(hub, transferId), toText))
    })

  addCommonOptions(group.command('list'))
    .description(`the newest ${LISTED} transfers`)
    .option('--state <state>', 'only draft, dispatched, partly-received, received, closed or cancelled ones')
    .action(async (options: CommonOptions & { state?: Transfer['state'] }) => {
      exit(
        await runReading(
          options,
          ({ database, context }) =>
            findTransferPage(database.kysely, context.organizationId, {
              state: options.state,
              limit: LISTED,
            }),
          ({ rows }) => (rows.length === 0 ? 'There is none.' : rows.map(headText).join('\n')),
        ),
      )
    })
}

async function getTransfer({ database, context }: HubBase, transferId: string): Promise<Transfer> {
  const found = isUuid(transferId)
    ? await findTransfer(database.kysely, context.organizationId, transferId)
    : undefined
  if (found === undefined) {
    throw new RefusedByLedger(refuse('unknown-transfer', 'transfer', `There is no transfer ${transferId}.`))
  }
  return found
}

function toReceipts(
  lines: Transfer['lines'],
  given: readonly SkuQuantity[],
  { all, damaged = [], lost = [] }: Received,
) {
  const whole = all === true ? lines.map((line) => ({ line: line.line, quantity: inTransit(line) })) : []
  const quantities = new Map(
    [...whole, ...toLines(lines, given)].map(({ line, quantity }) => [line, quantity]),
  )
  const damages = new Map(toLines(lines, damaged).map(({ line, quantity }) => [line, quantity]))
  const losses = new Map(toLines(lines, lost).map(({ line, quantity }) => [line, quantity]))
  return [...new Set([...quantities.keys(), ...damages.keys(), ...losses.keys()])]
    .map((line) => ({
      line,
      quantity: quantities.get(line) ?? 0,
      damaged: damages.get(line) ?? 0,
      lost: losses.get(line) ?? 0,
    }))
    .filter(({ line, quantity }) => quantity > 0 || damages.has(line) || losses.has(line))
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
        `  ${line.sku}: ${line.requested} requested, ${line.dispatched} dispatched, ${line.received} received`,
        ...(line.damaged > 0 ? [`${line.damaged} of them damaged`] : []),
        ...(line.lost > 0 ? [`${line.lost} lost`] : []),
        ...(line.returned > 0 ? [`${line.returned} came back`] : []),
        ...(inTransit(line) > 0 ? [`${inTransit(line)} in transit`] : []),
      ].join(', '),
    ),
  ].join('\n')
}
