/** What units of a return turned out to be, while they are looked at. Pure. */
export const conditions = ['sellable', 'damaged', 'disposed'] as const
export type Condition = (typeof conditions)[number]
export type Inspected = Readonly<Record<number, Readonly<Partial<Record<Condition, number>>>>>
export type ReturnLine = {
  line: number
  sku: string
  announced: number
  restocked: number
  damaged: number
  disposed: number
}

/** Units of a line that nobody has looked at. */
export function openOf({ announced, restocked, damaged, disposed }: ReturnLine): number {
  return announced - restocked - damaged - disposed
}

function unitsOf(inspected: Inspected, line: number): number {
  return conditions.reduce((sum, condition) => sum + (inspected[line]?.[condition] ?? 0), 0)
}

/** A scan puts units onto the first line of the item that has so many left; undefined: none has. */
export function inspectScan(
  lines: readonly ReturnLine[],
  inspected: Inspected,
  scan: { sku: string; units: number; condition: Condition },
): Inspected | undefined {
  const line = lines.find(
    (each) => each.sku === scan.sku && openOf(each) - unitsOf(inspected, each.line) >= scan.units,
  )
  if (line === undefined) return undefined
  const before = inspected[line.line] ?? {}
  const units = (before[scan.condition] ?? 0) + scan.units
  return { ...inspected, [line.line]: { ...before, [scan.condition]: units } }
}

/** As inspecting takes them. */
export function inspectedLines(
  inspected: Inspected,
): { line: number; quantity: number; condition: Condition }[] {
  return Object.entries(inspected).flatMap(([line, units]) =>
    conditions.flatMap((condition) => {
      const quantity = units[condition] ?? 0
      return quantity > 0 ? [{ line: Number(line), quantity, condition }] : []
    }),
  )
}

/** What is left after `sent` was booked: what was scanned or typed meanwhile. */
export function withoutInspected(inspected: Inspected, sent: Inspected): Inspected {
  return Object.fromEntries(
    Object.entries(inspected).flatMap(([line, units]) => {
      const left = conditions.flatMap((condition) => {
        const n = (units[condition] ?? 0) - (sent[Number(line)]?.[condition] ?? 0)
        return n > 0 ? [[condition, n] as const] : []
      })
      return left.length === 0 ? [] : [[line, Object.fromEntries(left)]]
    }),
  )
}
