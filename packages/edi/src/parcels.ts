import type { AdvisedLine, AdvisedParcel } from './documents.ts'

/** Numbers on one box or line group: which of them are tracking numbers, which container codes. */
export type Marks = { tracking: string[]; sscc: string[] }

/**
 * Puts lines into parcels. Lines under the same marks are one parcel. Where several boxes share one group of lines it is not
 * said what lies in which: the first has the lines, the others none, so that no unit counts twice.
 */
export function toParcels(groups: readonly { marks: Marks; lines: AdvisedLine[] }[]): AdvisedParcel[] {
  const parcels = new Map<string, AdvisedParcel>()
  for (const { marks, lines } of groups) {
    const boxes = Math.max(1, marks.tracking.length, marks.sscc.length)
    for (let box = 0; box < boxes; box += 1) {
      const [sscc, trackingNumber] = [marks.sscc[box], marks.tracking[box]]
      const key = JSON.stringify([sscc ?? '', trackingNumber ?? ''])
      const parcel = parcels.get(key) ?? { sscc, trackingNumber, lines: [] }
      if (box === 0) parcel.lines.push(...lines)
      parcels.set(key, parcel)
    }
  }
  return [...parcels.values()]
}
