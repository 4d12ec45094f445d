import { type Command, InvalidArgumentError } from 'commander'
import { CommandProblem } from '../output.ts'
import { toQuantity } from './quantity.ts'

/** How lines of documents are named on the command line, their units by lot and by serial number too. */

/** So many of an item, and of which lot. */
export type Figure = { sku: string; lot?: string; quantity: number }
/** An item, or one lot of it. */
export type NamedLot = { sku: string; lot?: string | undefined }
/** One unit of an item. */
export type NamedUnit = { sku: string; serial: string }

/**
 * `MUG=10`, or `MILK@L12=10` of a lot. The last equals sign parts them, since a SKU may hold one, and the last @ names
 * the lot: a SKU that holds one is written with another behind it, as `A@B@=10`.
 */
export function toFigure(text: string): Figure {
  const [name, quantity] = parted(text, `"${text}" is no SKU=QUANTITY, such as MUG=10 or MILK@L12=10.`)
  return { ...toLotName(name), quantity: toQuantity(quantity) }
}

/** `MILK@L12`, or a SKU alone. */
export function toLotName(text: string): { sku: string; lot?: string } {
  const at = text.lastIndexOf('@')
  if (at < 1) return { sku: text }
  const lot = text.slice(at + 1)
  return { sku: text.slice(0, at), ...(lot !== '' && { lot }) }
}

/** `CAM=SN1042`: one unit by its serial number. */
export function toNamedUnit(text: string): NamedUnit {
  const [sku, serial] = parted(text, `"${text}" is no SKU=SERIAL, such as CAM=SN1042.`)
  return { sku, serial }
}

/** `MILK@L12=2027-01-31`: what is told of a lot. */
export function toLotDetail(text: string): { sku: string; lot?: string; detail: string } {
  const [name, detail] = parted(text, `"${text}" is no SKU@LOT=VALUE, such as MILK@L12=2027-01-31.`)
  return { ...toLotName(name), detail }
}

/** `MUG=12.50`: what is told of an item. */
export function toItemDetail(text: string): { sku: string; detail: string } {
  const [sku, detail] = parted(text, `"${text}" is no SKU=VALUE, such as MUG=12.50.`)
  return { sku, detail }
}

function parted(text: string, problem: string): [string, string] {
  const at = text.lastIndexOf('=')
  if (at < 1) throw new InvalidArgumentError(problem)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** For an option or argument that may be given several times. */
export function collect<Value>(read: (text: string) => Value): (text: string, earlier?: Value[]) => Value[] {
  return (text, earlier = []) => [...earlier, read(text)]
}

/** What is told of units that arrive. */
export type Arrived = {
  all?: true
  damaged?: Figure[]
  lost?: Figure[]
  serial?: NamedUnit[]
  damagedSerial?: NamedUnit[]
  lostSerial?: NamedUnit[]
}

/** The options of it that receipts of all documents share. */
export function addArrivedOptions(command: Command): Command {
  return command
    .option(
      '--damaged <sku=quantity>',
      'of these, how many are to be held; may be repeated',
      collect(toFigure),
    )
    .option(
      '--serial <sku=serial...>',
      'which units, of items tracked by serial number',
      collect(toNamedUnit),
    )
    .option('--damaged-serial <sku=serial...>', 'which of them are damaged', collect(toNamedUnit))
}

/** A line of a document that is there; `lot`: of which it is, where its lines are of one each. */
type Line = { line: number; sku: string; lot?: string | null }

/** What is said of one line; of several lots of it, one by one. */
export type SaidOfLine = {
  line: number
  sku: string
  lot?: string | undefined
  quantity: number
  damaged?: number
  lost?: number
  serials?: string[]
  damagedSerials?: string[]
  lostSerials?: string[]
}

/**
 * The lines that figures and serials name. Units that are named need not be counted too.
 * @param open with --all: what is open of a line, and which units
 */
export function toSaidLines<Each extends Line>(
  lines: readonly Each[],
  figures: readonly Figure[],
  told: Arrived,
  open: (line: Each) => { units: number; serials?: readonly string[] } = () => ({ units: 0 }),
): SaidOfLine[] {
  const said = new Map<string, Omit<SaidOfLine, 'quantity'> & { quantity?: number }>()
  const at = (named: { sku: string; lot?: string }) => {
    const line = lineOf(lines, named)
    const lot = line.lot === undefined ? named.lot : undefined
    const key = `${line.line} ${lot ?? ''}`
    const known = said.get(key) ?? { line: line.line, sku: line.sku, ...(lot !== undefined && { lot }) }
    said.set(key, known)
    return known
  }
  for (const { quantity, ...named } of figures) at(named).quantity = quantity
  for (const { quantity, ...named } of told.damaged ?? []) at(named).damaged = quantity
  for (const { quantity, ...named } of told.lost ?? []) at(named).lost = quantity
  for (const { sku, serial } of told.serial ?? []) addUnit(at({ sku }), 'serials', serial)
  for (const { sku, serial } of told.lostSerial ?? []) addUnit(at({ sku }), 'lostSerials', serial)
  for (const { sku, serial } of told.damagedSerial ?? []) {
    addUnit(at({ sku }), 'damagedSerials', serial)
    // What is damaged has arrived.
    if (at({ sku }).serials?.includes(serial) !== true) addUnit(at({ sku }), 'serials', serial)
  }
  if (told.all === true) {
    for (const line of lines) {
      const { units, serials = [] } = open(line)
      const [ofLine, ...others] = [...said.values()].filter((each) => each.line === line.line)
      if (units === 0 || others.length > 0 || ofLine?.quantity !== undefined) continue
      const known = ofLine ?? at({ sku: line.sku, ...(line.lot != null && { lot: line.lot }) })
      known.quantity = units - (known.lost ?? known.lostSerials?.length ?? 0)
      const rest = serials.filter((serial) => known.lostSerials?.includes(serial) !== true)
      if (rest.length > 0) known.serials = rest
    }
  }
  return [...said.values()].map((each) => ({ ...each, quantity: each.quantity ?? each.serials?.length ?? 0 }))
}

function addUnit(
  line: Pick<SaidOfLine, 'serials' | 'damagedSerials' | 'lostSerials'>,
  group: 'serials' | 'damagedSerials' | 'lostSerials',
  serial: string,
): void {
  line[group] = [...(line[group] ?? []), serial]
}

function lineOf<Each extends Line>(
  lines: readonly Each[],
  { sku, lot }: { sku: string; lot?: string },
): Each {
  const ofItem = lines.filter((line) => line.sku === sku)
  const [found, ...others] = ofItem.filter(
    (line) => lot === undefined || line.lot === undefined || line.lot === lot,
  )
  if (found === undefined) {
    const what = lot === undefined || ofItem.length === 0 ? `"${sku}"` : `The lot "${lot}" of "${sku}"`
    throw new CommandProblem(`${what} is on no line of it.`)
  }
  if (others.length > 0) {
    throw new CommandProblem(`"${sku}" is on several lines, one for each lot: write it as ${sku}@LOT.`)
  }
  return found
}
