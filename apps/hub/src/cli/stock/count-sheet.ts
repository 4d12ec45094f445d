import type { StockCountLines } from '@plimsoll/client'
import {
  approveStockCount,
  type CountEntry,
  type CountScope,
  cancelStockCount,
  enterStockCount,
  findStockCountPage,
  postStockCount,
  recountStockCount,
  type StockCount,
  startStockCount,
} from '@plimsoll/stock'
import { type Command, Option } from 'commander'
import { readCountSheet, readStockCount, type SheetQuery } from '../../views/stock-counts.ts'
import { CommandProblem } from '../output.ts'
import { addCommonOptions, type CommonOptions } from '../with-hub.ts'
import {
  addDocumentOptions,
  addListing,
  type DocumentOptions,
  runDocumentCommand,
  runReading,
} from './document-command.ts'
import {
  collect,
  type Figure,
  type NamedLot,
  type NamedUnit,
  toFigure,
  toLotDetail,
  toLotName,
  toNamedUnit,
} from './document-lines.ts'
import { toInstant } from './ledger-command.ts'
import { toQuantity } from './quantity.ts'
import { money } from './valuation.ts'

/** As many lines as a sheet can have. */
const LINES_SHOWN = 20_000

type Start = {
  location: string
  zone?: string[]
  bin?: string[]
  sku?: string[]
  blind?: true
  separateApprover?: true
  toleranceUnits?: number
  tolerancePercent?: number
  reference?: string
}
type LotDetails = ReturnType<typeof toLotDetail>[]
type Enter = {
  counter: string
  countedAt?: Date
  serial?: NamedUnit[]
  newLot?: NamedLot[]
  expires?: LotDetails
  manufactured?: LotDetails
  supplierLot?: LotDetails
}
type Approve = { approver: string; leaveUncounted?: true; acceptBeyondTolerance?: true }
type Show = { viewer?: string; only?: SheetQuery['only']; method: SheetQuery['method'] }

export function countSheetCommand(stock: Command, exit: (code: number) => void): void {
  const group = stock.command('count-sheet').description('count many items while selling goes on')
  const word = collect((text: string) => text)

  addDocumentOptions(group.command('start'))
    .description('make a sheet of what the ledger says is there')
    .requiredOption('--location <code>', 'the location to be counted')
    .option('--zone <zone>', 'only this zone; may be repeated', word)
    .option('--bin <code>', 'only this bin; may be repeated', word)
    .option('--sku <sku>', 'only this item; may be repeated', word)
    .option('--blind', 'whoever counts is not shown what the ledger says')
    .option('--separate-approver', 'whoever approves must have counted none of it')
    .option('--tolerance-units <number>', 'a larger difference must be counted again', toQuantity)
    .option('--tolerance-percent <number>', 'the same in percent; the larger of both counts', toQuantity)
    .option('--reference <text>', 'your own name of it')
    .action(async (options: DocumentOptions & Start) => {
      const {
        location: locationCode,
        blind,
        separateApprover,
        toleranceUnits,
        tolerancePercent,
        reference,
      } = options
      const wanted = { locationCode, blind, separateApprover, toleranceUnits, tolerancePercent, reference }
      exit(
        await runDocumentCommand(
          options,
          (store, head) => startStockCount(store, head, { ...wanted, scope: toScope(options) }),
          ({ countId, ...count }) =>
            [
              headText({ countId, ...count }),
              `What is to be counted: plimsoll stock count-sheet show ${countId}`,
              `What was counted: plimsoll stock count-sheet enter ${countId} MUG=10 --counter NAME`,
            ].join('\n'),
        ),
      )
    })

  addDocumentOptions(group.command('enter'))
    .description('write down what was counted, each line once per round')
    .argument('<count>', 'its id')
    .argument('[figures...]', 'what was found, as SKU=QUANTITY or SKU@LOT=QUANTITY', collect(toFigure))
    .option(
      '--serial <sku=serial...>',
      'which units were found, of items tracked by serial number',
      collect(toNamedUnit),
    )
    .option(
      '--new-lot <sku@lot...>',
      'of the figures, which are of lots that may not be known yet; they are made when the count is posted',
      collect(toLotName),
    )
    .option(
      '--expires <sku@lot=day...>',
      'the last day on which a new lot may leave, for example MILK@L12=2027-01-31',
      collect(toLotDetail),
    )
    .option('--manufactured <sku@lot=day...>', 'when a new lot was made', collect(toLotDetail))
    .option('--supplier-lot <sku@lot=text...>', 'what the supplier calls a new lot', collect(toLotDetail))
    .requiredOption('--counter <name>', 'who counted')
    .option('--counted-at <instant>', 'when, for example 2026-11-25T10:00:00Z (default: now)', toInstant)
    .action(async (countId: string, figures: Figure[], options: DocumentOptions & Enter) => {
      const { counter, countedAt } = options
      const entries = toEntries(figures, options)
      exit(
        await runDocumentCommand(
          options,
          (store, head) =>
            enterStockCount(store, head, {
              countId,
              counter,
              entries: entries.map((entry) => ({ ...entry, countedAt })),
            }),
          () => `Written down: ${entries.length} lines, counted by ${counter}.`,
        ),
      )
    })

  addDocumentOptions(group.command('recount'))
    .description('ask for lines to be counted again: those named, or all beyond the tolerance')
    .argument('<count>', 'its id')
    .argument('[lines...]', 'the items, as SKU, or single lots of them, as SKU@LOT', collect(toLotName))
    .action(async (countId: string, lines: NamedLot[], options: DocumentOptions) => {
      const skus = lines.filter(({ lot }) => lot === undefined).map(({ sku }) => sku)
      const ofLots = lines.filter(({ lot }) => lot !== undefined)
      const named = {
        ...(skus.length > 0 && { skus }),
        ...(ofLots.length > 0 && { lines: ofLots }),
      }
      exit(
        await runDocumentCommand(
          options,
          (store, head) => recountStockCount(store, head, { countId, ...named }),
          () => `To be counted again: plimsoll stock count-sheet show ${countId} --only uncounted`,
        ),
      )
    })

  addDocumentOptions(group.command('approve'))
    .description('say that the figures are right; nothing changes yet')
    .argument('<count>', 'its id')
    .requiredOption('--approver <name>', 'who says so')
    .option('--leave-uncounted', 'lines that nobody counted stay as they are')
    .option('--accept-beyond-tolerance', 'take differences beyond the tolerance as they are')
    .action(async (countId: string, options: DocumentOptions & Approve) => {
      const { approver, leaveUncounted, acceptBeyondTolerance } = options
      exit(
        await runDocumentCommand(
          options,
          (store, head) =>
            approveStockCount(store, head, { countId, approver, leaveUncounted, acceptBeyondTolerance }),
          (count) =>
            `${headText(count)}\nTo write it into the ledger: plimsoll stock count-sheet post ${countId}`,
        ),
      )
    })

  addDocumentOptions(group.command('post'))
    .description('write what was counted into the ledger, each line true for the moment of its counting')
    .argument('<count>', 'its id')
    .option('--confirm-zeros', 'many items are really gone')
    .action(async (countId: string, options: DocumentOptions & { confirmZeros?: true }) => {
      const { confirmZeros } = options
      exit(
        await runDocumentCommand(
          options,
          (store, head) => postStockCount(store, head, { countId, confirmZeros }),
          headText,
        ),
      )
    })

  addDocumentOptions(group.command('cancel'))
    .description('give a count up; nothing was changed by it')
    .argument('<count>', 'its id')
    .action(async (countId: string, options: DocumentOptions) => {
      exit(
        await runDocumentCommand(options, (store, head) => cancelStockCount(store, head, countId), headText),
      )
    })

  addCommonOptions(group.command('show'))
    .description('the sheet: what is to be counted, what was, and how it differs')
    .argument('<count>', 'its id')
    .option('--viewer <name>', 'who looks; needed for the differences of a blind count')
    .addOption(
      new Option('--method <method>', 'how differences are valued')
        .choices(['average', 'fifo'])
        .default('average'),
    )
    .option('--only <lines>', 'only lines that are uncounted, different, or to be counted again: recount')
    .action(async (countId: string, options: CommonOptions & Show) => {
      const { viewer, only = 'all', method } = options
      if (!['all', 'uncounted', 'different', 'recount'].includes(only)) {
        throw new CommandProblem('Give --only as uncounted, different or recount.')
      }
      exit(
        await runReading(
          options,
          async (hub) => ({
            ...(await readStockCount(hub, countId)),
            sheet: await readCountSheet(hub, countId, {
              viewer,
              only,
              method,
              cursor: 0,
              limit: LINES_SHOWN,
            }),
          }),
          ({ sheet, ...count }) => [headText(count), ...sheetText(sheet)].join('\n'),
        ),
      )
    })

  addListing(group, exit, {
    name: 'stock count',
    states: ['counting', 'approved', 'posted', 'cancelled'],
    findPage: findStockCountPage,
    headText,
  })
}

/** What was found; units that are named need not be counted too. */
function toEntries(figures: readonly Figure[], enter: Enter): CountEntry[] {
  const { serial = [] } = enter
  const newLots = toNewLots(figures, enter)
  const bySku = Map.groupBy(serial, ({ sku }) => sku)
  const counted = figures.map(({ lot, ...figure }) => ({
    ...figure,
    ...(newLots.get(nameOf({ ...figure, lot })) ?? { lot }),
    serials: bySku.get(figure.sku)?.map((unit) => unit.serial),
  }))
  const named = [...bySku].filter(([sku]) => !figures.some((figure) => figure.sku === sku))
  return [
    ...counted,
    ...named.map(([sku, units]) => ({
      sku,
      quantity: units.length,
      serials: units.map((unit) => unit.serial),
    })),
  ]
}

/** Which figures are of new lots, by their names, with what is told of each. */
function toNewLots(
  figures: readonly Figure[],
  { newLot = [], expires = [], manufactured = [], supplierLot = [] }: Enter,
): Map<string, Pick<CountEntry, 'newLot'>> {
  const isIn = (lots: readonly NamedLot[], wanted: NamedLot) =>
    lots.some((lot) => nameOf(lot) === nameOf(wanted))
  const stray = newLot.find((lot) => lot.lot === undefined || !isIn(figures, lot))
  if (stray !== undefined) {
    throw new CommandProblem(`Say how many of ${nameOf(stray)} were found, as SKU@LOT=QUANTITY.`)
  }
  const untold = [...expires, ...manufactured, ...supplierLot].find((lot) => !isIn(newLot, lot))
  if (untold !== undefined) {
    throw new CommandProblem(`Say that it is a new lot, as --new-lot ${nameOf(untold)}.`)
  }
  const detailOf = (told: LotDetails, lot: NamedLot) =>
    told.find((each) => nameOf(each) === nameOf(lot))?.detail
  return new Map(
    newLot.map((lot) => [
      nameOf(lot),
      {
        newLot: {
          code: lot.lot ?? '',
          expiresOn: detailOf(expires, lot),
          manufacturedOn: detailOf(manufactured, lot),
          supplierLot: detailOf(supplierLot, lot),
        },
      },
    ]),
  )
}

function nameOf({ sku, lot }: NamedLot): string {
  return lot === undefined ? sku : `${sku}@${lot}`
}

function toScope({ zone, bin, sku }: Start): CountScope {
  const given = [zone, bin, sku].filter((each) => each !== undefined)
  if (given.length > 1) throw new CommandProblem('Give zones, bins or items, one kind of them.')
  if (zone !== undefined) return { kind: 'zones', zones: zone }
  if (bin !== undefined) return { kind: 'bins', bins: bin }
  return sku === undefined ? { kind: 'location' } : { kind: 'items', skus: sku }
}

function headText({
  countId,
  state,
  locationCode,
  blind,
  startedAt,
  approvedBy,
  reference,
}: StockCount): string {
  return [
    `${countId}  ${state}  ${locationCode}  started ${startedAt}`,
    ...(blind ? ['blind'] : []),
    ...(approvedBy === null ? [] : [`approved by ${approvedBy}`]),
    ...(reference === null ? [] : [reference]),
  ].join('  ')
}

function sheetText({ rows, counted, total, zeros, isBlind, value, currency }: StockCountLines): string[] {
  return [
    `${counted} of ${total} lines are counted${zeros === null || zeros === 0 ? '' : `, ${zeros} items would go to zero`}.`,
    ...(value === null || value === 0 ? [] : [`The differences come to ${money(value)} ${currency}.`]),
    ...(isBlind ? ['It is blind: figures of the ledger are kept back from whoever counts.'] : []),
    ...rows.flatMap((row) => [rowText(row), ...serialTexts(row)]),
  ]
}

type Row = StockCountLines['rows'][number]

function rowText(row: Row): string {
  const place = row.bin === null ? '' : `${row.zone === null ? '' : `${row.zone} `}${row.bin}  `
  const lot = row.lot === null ? '' : ` of ${row.newLot === null ? '' : 'new '}lot ${row.lot}`
  const found = row.counted === null ? 'not counted' : `${row.counted} counted by ${row.counter}`
  const ledger = row.ledger === null ? '' : `, ${row.ledger} by the ledger then`
  const worth = row.value === null || row.value === 0 ? '' : ` worth ${money(row.value)}`
  const difference =
    row.difference === null || row.difference === 0
      ? ''
      : `, ${row.difference > 0 ? '+' : ''}${row.difference}${worth}`
  const again = row.needsRecount ? ' (count it again)' : ''
  return `  ${place}${row.sku}${lot}: ${found}${row.round > 1 ? ` in round ${row.round}` : ''}${ledger}${difference}${again}`
}

/** Which units, of a line whose units are told apart. */
function serialTexts({ serials }: Row): string[] {
  if (serials === null) return []
  const { expected, found, missing, unexpected } = serials
  return [
    { what: 'expected', which: found === null ? expected : null },
    { what: 'missing', which: missing },
    { what: 'unexpected', which: unexpected },
  ].flatMap(({ what, which }) =>
    which === null || which.length === 0 ? [] : [`    ${what}: ${which.join(', ')}`],
  )
}
