import { assignBins, type Bin, type BinOutcome, findBins, removeBin, saveBins } from '@plimsoll/stock'
import { toStockContext } from '@plimsoll/sync'
import { type Command, InvalidArgumentError } from 'commander'
import type { HubBase } from '../../hub-base.ts'
import { RefusedByLedger } from '../output.ts'
import { runReading } from '../stock/document-command.ts'
import { collect } from '../stock/document-lines.ts'
import { addCommonOptions, type CommonOptions } from '../with-hub.ts'

type Found = { sku: string; bin: string | null }

/** Bins say where inside a location to look; stock is counted per location and lot. */
export function binsCommand(location: Command, exit: (code: number) => void): void {
  const group = location
    .command('bins')
    .description('where inside a location to look; a bin holds no figure of its own')

  addCommonOptions(group.command('list'))
    .description('the bins of a location, and the items that are usually found in each')
    .argument('<location>', 'its code')
    .action(async (code: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ database, context }) => ({
            rows: await findBins(database.kysely, context.organizationId, code),
          }),
          toText,
        ),
      )
    })

  addCommonOptions(group.command('save'))
    .description('make bins, or change those with these codes; the others stay')
    .argument('<location>', 'its code')
    .argument('<bins...>', 'codes of bins')
    .option('--zone <zone>', 'the zone that they are in')
    .option('--barcode <barcode>', 'its barcode, where it is one bin')
    .action(
      async (code: string, codes: string[], options: CommonOptions & { zone?: string; barcode?: string }) => {
        const { zone = null, barcode = null } = options
        exit(
          await runBins(options, ({ database, context }) =>
            saveBins(
              database,
              toStockContext(context),
              code,
              codes.map((bin) => ({ code: bin, zone, barcode })),
            ),
          ),
        )
      },
    )

  addCommonOptions(group.command('remove'))
    .description('take a bin away; its items are found nowhere in particular then')
    .argument('<location>', 'its code')
    .argument('<bin>', 'code of the bin')
    .action(async (code: string, bin: string, options: CommonOptions) => {
      exit(
        await runBins(options, ({ database, context }) =>
          removeBin(database, toStockContext(context), code, bin),
        ),
      )
    })

  addCommonOptions(group.command('assign'))
    .description('say in which bin items are usually found')
    .argument('<location>', 'its code')
    .argument('<items...>', 'as SKU=BIN; SKU= for none', collect(toFound))
    .action(async (code: string, items: Found[], options: CommonOptions) => {
      exit(
        await runBins(options, ({ database, context }) =>
          assignBins(database, toStockContext(context), code, items),
        ),
      )
    })
}

async function runBins(options: CommonOptions, act: (hub: HubBase) => Promise<BinOutcome>): Promise<number> {
  return await runReading(
    options,
    async (hub) => {
      const outcome = await act(hub)
      if (outcome.kind === 'refused') throw new RefusedByLedger(outcome)
      return { rows: outcome.bins }
    },
    toText,
  )
}

function toFound(text: string): Found {
  const at = text.lastIndexOf('=')
  if (at < 1) throw new InvalidArgumentError(`"${text}" is no SKU=BIN, such as MUG=A-01.`)
  const bin = text.slice(at + 1)
  return { sku: text.slice(0, at), bin: bin === '' ? null : bin }
}

function toText({ rows }: { rows: Bin[] }): string {
  if (rows.length === 0) return 'There is no bin.'
  return rows
    .map(({ code, zone, barcode, skus }) =>
      [
        zone === null ? code : `${zone}  ${code}`,
        ...(barcode === null ? [] : [barcode]),
        skus.length === 0 ? 'empty' : skus.join(', '),
      ].join('  '),
    )
    .join('\n')
}
