import type { LotTrace } from '@plimsoll/client'
import type { LotStatus } from '@plimsoll/database'
import { saveNewLot, setLotStatus } from '@plimsoll/sync'
import type { Command } from 'commander'
import type { HubBase } from '../../hub-base.ts'
import { getLots, readLot, traceLot } from '../../views/lots.ts'
import { CommandProblem, EXIT, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'
import { correctLot, orRefuse } from './lot-correction.ts'
import { lineOf, tellLot, tellOwners, tellTrace } from './lot-text.ts'

/** The newest; GET /items/:sku/lots/:lot/trace walks through all of them. */
const MOVEMENTS_LISTED = 50

/** `plimsoll stock lot show|create|change|release|quarantine|recall|trace`. */
export function lotCommand(group: Command, exit: (code: number) => void): void {
  const lots = group.command('lot').description('batches of an item, with their expiry and status')
  showLot(lots, exit)
  createLot(lots, exit)
  correctLot(lots, exit)
  for (const change of STATUS_CHANGES) setStatus(lots, exit, change)
  trace(lots, exit)
}

function showLot(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('show'))
    .description('the lots of an item, or one of them with its life')
    .argument('<sku>', 'the item’s SKU')
    .argument('[lot]', 'the lot’s code (default: all of them)')
    .action(async (sku: string, lot: string | undefined, options: CommonOptions) => {
      exit(
        await withHub(options, async ({ context }, output) => {
          if (lot === undefined) {
            output.result(await getLots(context, sku), ({ rows }) =>
              rows.length === 0 ? `${sku} has no lots.` : rows.map(lineOf).join('\n'),
            )
          } else {
            output.result(orRefuse(await readLot(context, { sku, lot })).lot, tellLot)
          }
          return EXIT.ok
        }),
      )
    })
}

type CreateOptions = CommonOptions & {
  expires?: string
  manufactured?: string
  supplierLot?: string
  reason?: string
}

function createLot(group: Command, exit: (code: number) => void): void {
  addCommonOptions(
    group
      .command('create')
      .description('make a lot before anything of it is there')
      .argument('<sku>', 'the item’s SKU')
      .argument('<lot>', 'its code, unique within the item')
      .option('--expires <day>', 'the last day on which it may leave, for example 2027-01-31')
      .option('--manufactured <day>', 'when it was made')
      .option('--supplier-lot <text>', 'what its supplier calls it')
      .option('--reason <text>', 'why, for whoever reads its life'),
  ).action(async (sku: string, lot: string, options: CreateOptions) => {
    exit(
      await withHub(options, async ({ context }, output) => {
        const saved = await saveNewLot(context, {
          sku,
          code: lot,
          actor: 'cli',
          reason: options.reason ?? null,
          expiresOn: options.expires,
          manufacturedOn: options.manufactured,
          supplierLot: options.supplierLot,
        })
        if (saved.kind === 'refused') throw new RefusedByLedger(saved)
        const { lot: found } = orRefuse(await readLot(context, { sku, lot: saved.lot.code }))
        output.result({ isNew: saved.isNew, ...found }, ({ isNew }) =>
          isNew ? `Made: ${lineOf(found)}` : `It was there already: ${lineOf(found)}`,
        )
        return EXIT.ok
      }),
    )
  })
}

type StatusChange = { name: string; status: LotStatus; description: string }
const STATUS_CHANGES: readonly StatusChange[] = [
  { name: 'release', status: 'released', description: 'let a lot be sold' },
  {
    name: 'quarantine',
    status: 'quarantined',
    description: 'keep a lot from being sold until it is released',
  },
  { name: 'recall', status: 'recalled', description: 'keep a lot from being sold, and say where it went' },
]

function setStatus(
  group: Command,
  exit: (code: number) => void,
  { name, status, description }: StatusChange,
): void {
  addCommonOptions(
    group
      .command(name)
      .description(description)
      .argument('<sku>', 'the item’s SKU')
      .argument('<lot>', 'the lot’s code')
      .option('--reason <text>', 'why; it is kept with the change'),
  ).action(async (sku: string, lot: string, options: CommonOptions & { reason?: string }) => {
    exit(
      await withHub(options, async (hub, output) => {
        if (options.reason === undefined) {
          throw new CommandProblem(`Say why with --reason TEXT: it is kept with the lot.`)
        }
        const named = { sku, code: lot, actor: 'cli', reason: options.reason }
        const changed = await setLotStatus(hub.context, { ...named, status })
        if (changed.kind === 'refused') throw new RefusedByLedger(changed)
        const told = await readTrace(hub, sku, lot)
        output.result({ before: changed.before, ...told }, () => {
          const done = changed.before === status ? `It was ${status} already` : `Now ${status}`
          const head = `${done}: ${lineOf(told.lot)}`
          return status === 'recalled' ? [head, ...tellOwners(told)].join('\n') : head
        })
        return EXIT.ok
      }),
    )
  })
}

function trace(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('trace'))
    .description('where a lot is, to which orders it went, and its movements')
    .argument('<sku>', 'the item’s SKU')
    .argument('<lot>', 'the lot’s code')
    .action(async (sku: string, lot: string, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          output.result(await readTrace(hub, sku, lot), tellTrace)
          return EXIT.ok
        }),
      )
    })
}

async function readTrace({ context }: HubBase, sku: string, lot: string): Promise<LotTrace> {
  return orRefuse(await traceLot(context, { sku, lot }, { limit: MOVEMENTS_LISTED })).trace
}
