/**
 * An order as nothing but numbers: which place can give how many chunks of each line, and what that costs by each preference.
 * A chunk is what is not torn: a listing unit, or a listing unit of a kit with all its parts.
 */
export type RoutingProblem = {
  lines: readonly ProblemLine[]
  /** How many places may send something. Their order is that of their codes. */
  size: number
  /** How many parcels at most. */
  parcelsMax: number
  /** By line × size + place: chunks that it can give if nothing else is taken there. */
  capacity: readonly number[]
  /** By preference, then by place: what a parcel from there costs. Never below zero. */
  parcelCosts: readonly (readonly number[])[]
  /** By preference, then by line × size + place: what one base unit costs. Never below zero. */
  unitCosts: readonly (readonly number[])[]
  /** Lines that want the same items, so that what one takes the others cannot have. */
  groups: readonly CoupledGroup[]
}

export type ProblemLine = {
  /** Wanted. */
  chunks: number
  /** Base units of the line in a chunk. */
  chunkUnits: number
  /** Whether it is in a group. */
  coupled: boolean
}

export type CoupledGroup = {
  lines: readonly number[]
  /** By line of the group: what a chunk takes of each item of the group. */
  needs: readonly (readonly { item: number; units: number }[])[]
  /** By item of the group, then by place: units that may be taken. */
  stock: readonly (readonly number[])[]
  /** Every chunk takes as many units of one and the same item: whoever is first takes the best. */
  isUniform: boolean
}

/** First the units that stay, then what the plan comes to by each preference; less is better, the first difference decides. */
export type Score = number[]

/** Below zero: `a` is better. */
export function compareScores(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Lines that share an item, directly or through others, each group in order of lines. */
export function groupLines(itemsOfLines: readonly (readonly string[])[]): number[][] {
  const groupOf = itemsOfLines.map((_, line) => line)
  const lineOf = new Map<string, number>()
  for (const [line, items] of itemsOfLines.entries()) {
    for (const item of items) {
      const earlier = lineOf.get(item)
      if (earlier === undefined) {
        lineOf.set(item, line)
        continue
      }
      const [from, to] = [groupOf[line], groupOf[earlier]]
      for (const [each, group] of groupOf.entries())
        if (group === from && to !== undefined) groupOf[each] = to
    }
  }
  const groups = new Map<number, number[]>()
  for (const [line, group] of groupOf.entries()) groups.set(group, [...(groups.get(group) ?? []), line])
  return [...groups.values()].filter((lines) => lines.length > 1)
}
