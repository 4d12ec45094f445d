import type { ArchivedItem, CatalogueItem, FoundCode } from '@plimsoll/client'
import { type Command, Option } from 'commander'
import { archiveItem, changeItem, createItem, getCatalogueItem, lookUpCode } from '../item-catalogue.ts'
import { itemFieldCommand } from './item-field.ts'
import { addItemOptions, type ItemOptions, toChangeRow, toCreateRow } from './item-options.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

const ACTOR = 'cli'

type Versioned = CommonOptions & { ifVersion?: number }

/** What items are: `plimsoll item show|create|change|archive|restore SKU`, `item lookup CODE` and `item field`. */
export function itemCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('item')
    .description('what an item is: its names, units, barcodes, product and custom fields')

  const add = (name: string, description: string) =>
    addCommonOptions(group.command(name)).description(description).argument('<sku>', 'the item’s SKU')

  add('show', 'show what an item is').action(async (sku: string, options: CommonOptions) => {
    exit(
      await withHub(options, async (hub, output) => {
        output.result(await getCatalogueItem(hub.context, sku), itemText)
        return EXIT.ok
      }),
    )
  })

  addItemOptions(add('create', 'make an item; a SKU that is there already is refused')).action(
    async (sku: string, options: CommonOptions & ItemOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const row = await toCreateRow(hub, options)
          output.result(await createItem(hub.context, ACTOR, { ...row, sku }), itemText)
          return EXIT.ok
        }),
      )
    },
  )

  addItemOptions(add('change', 'change an item; what you do not name is left alone'))
    .addOption(ifVersion())
    .option('--remove-unit <code>', 'take a unit away; may be repeated', collect, [])
    .option('--remove-barcode <code>', 'take a barcode away; may be repeated', collect, [])
    .option('--no-product', 'take the item out of its product')
    .action(async (sku: string, options: Versioned & ItemOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const toRow = await toChangeRow(hub, options)
          const item = await changeItem(hub.context, ACTOR, sku, (before) => {
            const row = toRow(before)
            return 'kind' in row ? row : { ...row, version: options.ifVersion }
          })
          output.result(item, itemText)
          return EXIT.ok
        }),
      )
    })

  add('archive', 'archive an item: it takes no receipts and reservations any more, and leaves the grid')
    .addOption(ifVersion())
    .action(async (sku: string, options: Versioned) => {
      exit(
        await withHub(options, async (hub, output) => {
          const version = options.ifVersion
          output.result(await archiveItem(hub.context, ACTOR, { sku, version }), sayArchived)
          return EXIT.ok
        }),
      )
    })

  add('restore', 'take an archived item into use again')
    .addOption(ifVersion())
    .action(async (sku: string, options: Versioned) => {
      exit(
        await withHub(options, async (hub, output) => {
          const row = { archived: false, version: options.ifVersion }
          output.result(await changeItem(hub.context, ACTOR, sku, () => row), itemText)
          return EXIT.ok
        }),
      )
    })

  addCommonOptions(group.command('lookup'))
    .description('find what a scanned code means: an item, and how many base units')
    .argument('<code>', 'a SKU or a barcode')
    .action(async (code: string, options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          if (code.trim() === '') throw new CommandProblem('The code is empty; scan it again.')
          output.result(await lookUpCode(hub.context, code), sayFound)
          return EXIT.ok
        }),
      )
    })

  itemFieldCommand(group, exit)
}

/** Not `--version`: that prints the program's own. */
export function ifVersion(): Option {
  return new Option('--if-version <number>', 'change only the version that you have read').argParser(
    numberIn({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  )
}

export function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

export function itemText(item: CatalogueItem): string {
  const names = Object.entries(item.names).map(([tag, name]) => `${tag}: ${name}`)
  const units = item.units.map(
    ({ code, factor, rounding }) =>
      `${code} of ${factor} ${item.baseUnit}${rounding === 'refuse' ? '' : ` (rounds ${rounding})`}`,
  )
  const barcodes = item.barcodes.map(({ barcode, unit }) =>
    unit === null ? barcode : `${barcode} (${unit})`,
  )
  const options = Object.entries(item.options).map(([name, value]) => `${name} ${value}`)
  const custom = Object.entries(item.custom).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  const rows: [string, string][] = [
    ['names', names.join(', ')],
    ['tracking', item.tracking === 'serial' ? `serial, told at ${item.serialCapture}` : item.tracking],
    ['kit', item.kitKind === 'none' ? '' : item.kitKind],
    ['units', [item.baseUnit, ...units].join(', ')],
    ['barcodes', barcodes.join(', ')],
    ['product', item.product === null ? '' : [item.product, ...options].join(', ')],
    ['custom', custom.join(', ')],
    ['version', String(item.version)],
    ['archived', item.archivedAt ?? ''],
  ]
  return [
    `${item.sku}  ${item.name}`,
    ...rows.filter(([, value]) => value !== '').map(([label, value]) => `  ${label.padEnd(9)} ${value}`),
  ].join('\n')
}

function sayArchived({ sku, listings }: ArchivedItem): string {
  const lines = [`"${sku}" is archived. plimsoll item restore takes it into use again.`]
  if (listings.length > 0) {
    lines.push(
      `Mind: ${listings.length === 1 ? 'a listing still sells' : `${listings.length} listings still sell`} it:`,
    )
    for (const { connectionName, title, externalId } of listings) {
      lines.push(`  ${connectionName}: ${title} (${externalId})`)
    }
  }
  return lines.join('\n')
}

function sayFound({ item, unit, factor, matched }: FoundCode): string {
  const meant = factor === 1 ? `1 ${unit}` : `1 ${unit} = ${factor} ${item.baseUnit}`
  const archived = item.archivedAt === null ? '' : '; the item is archived'
  return `${item.sku}  ${item.name}\n  found by its ${matched === 'sku' ? 'SKU' : 'barcode'}: ${meant}${archived}`
}
