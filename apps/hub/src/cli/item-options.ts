import {
  type CatalogueItem,
  type CatalogueRow,
  comparableOf,
  findCustomFields,
  type Refusal,
  type Rounding,
  refuse,
} from '@plimsoll/stock'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { HubBase } from '../hub-base.ts'
import { CommandProblem } from './output.ts'

/** The options of `item create` and `item change`, and the row that they mean. */
export type ItemOptions = {
  name?: string
  nameIn?: Record<string, string>
  tracking?: CatalogueItem['tracking']
  serialCapture?: CatalogueItem['serialCapture']
  baseUnit?: string
  unit?: Unit[]
  barcode?: Barcode[]
  textBarcode?: Barcode[]
  unitBarcode?: Barcode[]
  /** False with --no-product. */
  product?: string | false
  option?: Record<string, string>
  custom?: Record<string, string>
  removeUnit?: string[]
  removeBarcode?: string[]
}
type Unit = NonNullable<CatalogueRow['units']>[number]
type Barcode = NonNullable<CatalogueRow['barcodes']>[number]

export function addItemOptions(command: Command): Command {
  return command
    .option('--name <name>', 'its name')
    .option(
      '--name-in <language=name>',
      'its name in a language, such as zh-CN=杯子; may be repeated',
      pair,
      {},
    )
    .addOption(
      new Option('--tracking <tracking>', 'plain, lot or serial; fixed once it has movements').choices([
        'plain',
        'lot',
        'serial',
      ]),
    )
    .addOption(
      new Option(
        '--serial-capture <when>',
        'receipt or shipment: when serial numbers are told; fixed once it has movements',
      ).choices(['receipt', 'shipment']),
    )
    .option('--base-unit <code>', 'what one base unit is called (each, unless given)')
    .option(
      '--unit <code=factor>',
      'a unit of so many base units, such as case=12, or case=12:down to round (down, up, nearest); may be repeated',
      unit,
      [],
    )
    .option(
      '--barcode <code>',
      'a GTIN or an internal code; may be repeated',
      (barcode: string, before: Barcode[]) => [...before, { barcode }],
      [],
    )
    .option(
      '--text-barcode <code>',
      'an internal code that only looks like a GTIN; may be repeated',
      (barcode: string, before: Barcode[]) => [...before, { barcode, kind: 'text' as const }],
      [],
    )
    .addOption(
      new Option(
        '--unit-barcode <unit=code>',
        'a barcode of a unit, such as case=10614141000415; may be repeated',
      )
        .argParser(unitBarcode)
        .default([]),
    )
    .option('--product <code>', 'the product that it is a variant of')
    .option('--option <name=value>', 'an option of this variant, such as size=M; may be repeated', pair, {})
    .option('--custom <key=value>', 'a custom field; an empty value takes it away; may be repeated', pair, {})
}

/** A row that makes an item. @throws CommandProblem where it has no name */
export async function toCreateRow(hub: HubBase, options: ItemOptions): Promise<Omit<CatalogueRow, 'sku'>> {
  if (options.name === undefined) throw new CommandProblem('A new item needs a name; give it with --name.')
  const { unit: units = [] } = options
  return { ...(await toPlainRow(hub, options)), units, barcodes: barcodesOf(options) }
}

/** What an item becomes by these options: units and barcodes are added to those it has, or taken away from them. */
export async function toChangeRow(
  hub: HubBase,
  options: ItemOptions,
): Promise<(item: CatalogueItem) => Omit<CatalogueRow, 'sku' | 'mode'> | Refusal> {
  const row = await toPlainRow(hub, options)
  const { unit: units = [], removeUnit = [], removeBarcode = [] } = options
  const barcodes = barcodesOf(options)
  return (item) => {
    const lostUnit = removeUnit.find((code) => !item.units.some((each) => each.code === code))
    if (lostUnit !== undefined) {
      return refuse('unknown-unit', 'unit', `The item "${item.sku}" has no unit "${lostUnit}".`)
    }
    const lost = removeBarcode.find((code) => !item.barcodes.some((each) => isSame(each.barcode, code)))
    if (lost !== undefined) {
      return refuse('unknown-barcode', 'barcode', `The item "${item.sku}" has no barcode "${lost}".`)
    }
    const goneUnits = [...removeUnit, ...units.map(({ code }) => code)]
    const goneBarcodes = [...removeBarcode, ...barcodes.map(({ barcode }) => barcode)]
    const kept = item.barcodes.filter(({ barcode }) => !goneBarcodes.some((gone) => isSame(barcode, gone)))
    return {
      ...row,
      units:
        goneUnits.length === 0
          ? undefined
          : [...item.units.filter(({ code }) => !goneUnits.includes(code)), ...units],
      barcodes: goneBarcodes.length === 0 ? undefined : [...kept, ...barcodes],
    }
  }
}

async function toPlainRow(hub: HubBase, options: ItemOptions): Promise<Omit<CatalogueRow, 'sku' | 'mode'>> {
  const { name, tracking, serialCapture, baseUnit, product, option = {}, nameIn = {} } = options
  const names = Object.entries(nameIn).map(([tag, written]) => [tag, written === '' ? null : written])
  return {
    name,
    names: Object.fromEntries(names),
    tracking,
    serialCapture,
    baseUnit,
    product: product === false ? null : product,
    options: Object.keys(option).length === 0 ? undefined : option,
    custom: await readCustom(hub, options.custom ?? {}),
  }
}

/** Typed as the fields are defined; a key that is not defined is left to be refused by its name. */
async function readCustom(
  hub: HubBase,
  written: Record<string, string>,
): Promise<NonNullable<CatalogueRow['custom']>> {
  const fields = await findCustomFields(hub.database.kysely, hub.context.organizationId)
  const types = new Map(fields.map(({ key, type }) => [key, type]))
  const custom = Object.entries(written).map(([key, text]) => {
    if (text === '') return [key, null]
    switch (types.get(key)) {
      case 'number':
        return [key, /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text]
      case 'boolean':
        return [key, text === 'true' ? true : text === 'false' ? false : text]
      default:
        return [key, text]
    }
  })
  return Object.fromEntries(custom)
}

function barcodesOf({ barcode = [], textBarcode = [], unitBarcode = [] }: ItemOptions): Barcode[] {
  return [...barcode, ...textBarcode, ...unitBarcode]
}

function isSame(barcode: string, other: string): boolean {
  return comparableOf(barcode) === comparableOf(other.trim())
}

/** Gathers `name=value` of an option that may be repeated. */
export function pair(written: string, before: Record<string, string>): Record<string, string> {
  const [name, value] = split(written)
  return { ...before, [name]: value }
}

function unit(written: string, before: Unit[]): Unit[] {
  const [code, amount] = split(written)
  const [, factor = '', rounding] = /^(\d{1,16})(?::(down|up|nearest|refuse))?$/.exec(amount) ?? []
  if (factor === '') {
    throw new InvalidArgumentError('Give it as case=12, or case=12:down with down, up, nearest or refuse.')
  }
  return [...before, { code, factor: Number(factor), rounding: isRounding(rounding) ? rounding : undefined }]
}

function isRounding(word: string | undefined): word is Rounding {
  return word === 'down' || word === 'up' || word === 'nearest' || word === 'refuse'
}

function unitBarcode(written: string, before: Barcode[]): Barcode[] {
  const [unit, barcode] = split(written)
  return [...before, { barcode, unit }]
}

/** At the first equals sign: a name has none, a value may. */
function split(written: string): [name: string, value: string] {
  const at = written.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Give a name and a value with an equals sign between them.')
  return [written.slice(0, at), written.slice(at + 1)]
}
