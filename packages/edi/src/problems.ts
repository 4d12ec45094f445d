/**
 * What can be wrong with an interchange: a closed list. A problem of the envelope refuses the interchange or the group, one
 * within a set that set alone; each says where, so that the partner finds it in the file.
 */
export const ediProblems = {
  'not-edi': 'Send X12 that begins with ISA, or EDIFACT that begins with UNA or UNB.',
  'not-text': 'Send the file in the encoding that the profile names.',
  'envelope-broken': 'Send the whole interchange again: its header or trailer is missing or misplaced.',
  'separators-unclear': 'Use a separator of its own for elements, components and segments.',
  'count-wrong': 'Send it again whole: the trailer counts other than what came.',
  'control-mismatch': 'Repeat the header’s control number in the trailer.',
  'not-for-us': 'Send it to the ids that the profile names, from those that it names.',
  'version-unknown': 'Use the version that the profile names.',
  'set-unexpected': 'Send only the sets that the profile names, or add this one to it.',
  'set-repeated': 'Give every set of a group a control number of its own.',
  'segment-missing': 'Send the segment named.',
  'element-missing': 'Fill the element named.',
  'element-repeated': 'Send the element named once.',
  'not-a-number': 'Write a whole number of units, in plain digits.',
  'not-a-date': 'Write the date as CCYYMMDD and the time as HHMM.',
  'code-unknown': 'Use one of the codes of the profile, or add this one to it.',
  'totals-differ': 'Send it again: quantities do not add up to what is said beside them.',
  'named-twice': 'Name each item and lot once.',
} as const

export type EdiProblemCode = keyof typeof ediProblems

/** Where in the interchange, counted from 1 as the standards count. */
export type EdiPlace = {
  /** Of the whole interchange. */
  segment?: number
  /** Of its set: the header (ST, UNH) is 1. */
  segmentInSet?: number
  tag?: string
  element?: number
  component?: number
}

export class EdiProblem extends Error {
  readonly code: EdiProblemCode
  readonly place: EdiPlace

  constructor(code: EdiProblemCode, what: string, place: EdiPlace = {}) {
    super(`${placeOf(place)}${what}`)
    this.name = 'EdiProblem'
    this.code = code
    this.place = place
  }
}

function placeOf({ segment, tag, element, component }: EdiPlace): string {
  const parts = [
    segment !== undefined && `segment ${segment}`,
    tag !== undefined && tag,
    element !== undefined && `element ${element}${component === undefined ? '' : `, component ${component}`}`,
  ].filter((part) => part !== false)
  return parts.length === 0 ? '' : `${parts.join(' ')}: `
}

/** Runs what reads, and hands over what it found wrong; any other error is a bug and goes on. */
export function problemOf<T>(read: () => T): { value: T } | { problem: EdiProblem } {
  try {
    return { value: read() }
  } catch (error) {
    if (error instanceof EdiProblem) return { problem: error }
    throw error
  }
}
