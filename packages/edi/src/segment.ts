import { EdiProblem, type EdiProblemCode } from './problems.ts'

/** One segment: its elements, each of components; what is empty is ''. */
export type Segment = {
  tag: string
  elements: readonly (readonly string[])[]
  /** Counted from 1 in the whole interchange; 0 in one that is being written. */
  position: number
  /** Counted from 1 in its set, header included. */
  inSet: number
  /** Elements (from 1) that came several times where once is meant. */
  repeated: readonly number[]
}

/** A segment to write. An element is a text, absent, or its components. */
export function segment(
  tag: string,
  ...elements: (string | number | undefined | readonly (string | number | undefined)[])[]
): Segment {
  const written = elements.map((element) =>
    (Array.isArray(element) ? element : [element]).map((component) =>
      component === undefined ? '' : String(component).trim(),
    ),
  )
  return { tag, elements: withoutEmptyEnd(written), position: 0, inSet: 0, repeated: [] }
}

function withoutEmptyEnd(elements: string[][]): string[][] {
  const trimmed = elements.map((components) => dropWhileLast(components, (component) => component === ''))
  return dropWhileLast(trimmed, (components) => components.length === 0).map((components) =>
    components.length === 0 ? [''] : components,
  )
}

function dropWhileLast<T>(items: readonly T[], isEmpty: (item: T) => boolean): T[] {
  const last = items.findLastIndex((item) => !isEmpty(item))
  return items.slice(0, last + 1)
}

/** What stands in an element (and component), from 1; undefined where it is empty. */
export function find(from: Segment, element: number, component = 1): string | undefined {
  if (from.repeated.includes(element))
    throw wrong(from, 'element-repeated', 'stands several times', element, component)
  const value = from.elements[element - 1]?.[component - 1]?.trim()
  return value === undefined || value === '' ? undefined : value
}

export function get(from: Segment, element: number, component = 1): string {
  const value = find(from, element, component)
  if (value === undefined) throw wrong(from, 'element-missing', 'is empty', element, component)
  return value
}

/**
 * A count of whole units: `12`, `12.000`, `+12`; with a minus only where one is allowed. Anything else is none (`12,000` may
 * be twelve or twelve thousand): a quantity is never rounded and never guessed.
 */
export function getWhole(from: Segment, element: number, component = 1, { signed = false } = {}): number {
  const text = get(from, element, component)
  const parts = /^([+-]?)0*(\d{1,15})(?:\.0*)?$/.exec(text)
  const value = parts === null ? Number.NaN : Number(`${parts[1]}${parts[2]}`)
  if (!Number.isSafeInteger(value) || (value < 0 && !signed))
    throw wrong(from, 'not-a-number', `"${text}" is no whole number of units`, element, component)
  return value === 0 ? 0 : value
}

/** A problem at this place. */
export function wrong(
  { tag, position, inSet }: Segment,
  code: EdiProblemCode,
  what: string,
  element?: number,
  component?: number,
): EdiProblem {
  return new EdiProblem(code, what, {
    segment: position,
    segmentInSet: inSet,
    tag,
    ...(element !== undefined && { element }),
    ...(component !== undefined && component > 1 && { component }),
  })
}

/** The one segment with this tag (and qualifier in its first element). */
export function findSegment(
  segments: readonly Segment[],
  tag: string,
  qualifiers?: readonly string[],
): Segment | undefined {
  return segments.find(
    (each) => each.tag === tag && (qualifiers === undefined || qualifiers.includes(find(each, 1) ?? '')),
  )
}

export function getSegment(set: { id: string; header: Segment; segments: readonly Segment[] }, tag: string) {
  const found = findSegment(set.segments, tag)
  if (found === undefined) throw wrong(set.header, 'segment-missing', `the ${set.id} has no ${tag} segment`)
  return found
}

/** Splits where a segment with one of the tags begins; what comes before the first is left out. */
export function loops(segments: readonly Segment[], ...tags: readonly string[]): Segment[][] {
  const found: Segment[][] = []
  for (const each of segments)
    if (tags.includes(each.tag)) found.push([each])
    else found.at(-1)?.push(each)
  return found
}

/** What comes before the first segment with one of the tags. */
export function before(segments: readonly Segment[], ...tags: readonly string[]): Segment[] {
  const at = segments.findIndex((each) => tags.includes(each.tag))
  return segments.slice(0, at === -1 ? undefined : at)
}
