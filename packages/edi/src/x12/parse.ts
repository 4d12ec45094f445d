import type { EdiSet, Group, Interchange, Separators } from '../interchange.ts'
import { EdiProblem, problemOf } from '../problems.ts'
import { find, get, getWhole, type Segment, wrong } from '../segment.ts'

const ISA_LENGTH = 106

/**
 * Reads one X12 interchange. The header's fixed places define the separators, the trailers' counts and control numbers are
 * verified. A set that is wrong is marked, and the others go on.
 * @throws EdiProblem where the interchange as a whole cannot be trusted: a part of it would pass for the whole
 */
export function parseX12(text: string): Interchange {
  const isa = text.slice(0, ISA_LENGTH)
  const separators = separatorsOf(isa)
  const segments = split(text, separators)
  const header = segments[0]
  const trailer = segments.at(-1)
  if (header?.tag !== 'ISA' || header.elements.length !== 16)
    throw new EdiProblem('envelope-broken', 'ISA has not its 16 elements', { segment: 1, tag: 'ISA' })
  if (trailer?.tag !== 'IEA')
    throw new EdiProblem('envelope-broken', 'the interchange does not end with IEA', {
      segment: segments.length,
      tag: trailer?.tag ?? '',
    })
  const controlNumber = get(header, 13)
  if (get(trailer, 2) !== controlNumber)
    throw wrong(trailer, 'control-mismatch', `is not ${controlNumber}, as ISA13 says`, 2)
  const { groups, receipts } = groupsOf(segments.slice(1, -1))
  if (getWhole(trailer, 1) !== groups.length)
    throw wrong(trailer, 'count-wrong', `says ${get(trailer, 1)} groups, ${groups.length} came`, 1)
  return {
    syntax: 'x12',
    sender: { qualifier: get(header, 5), id: get(header, 6) },
    receiver: { qualifier: get(header, 7), id: get(header, 8) },
    controlNumber,
    isTest: find(header, 15) !== 'P',
    separators,
    groups,
    receipts,
    header,
  }
}

/** ISA is 106 characters, whatever the separators: they stand at fixed places of it. */
function separatorsOf(isa: string): Separators {
  if (!isa.startsWith('ISA')) throw new EdiProblem('not-edi', 'the file does not begin with ISA')
  if (isa.length < ISA_LENGTH)
    throw new EdiProblem('envelope-broken', `ISA has ${isa.length} characters, 106 are needed`, {
      segment: 1,
      tag: 'ISA',
    })
  const [element = '', component = '', segment = ''] = [isa.charAt(3), isa.charAt(104), isa.charAt(105)]
  const version = isa.slice(84, 89)
  // Up to 00401 the place held a code of the standard's community.
  const repetition = version > '00401' ? isa.charAt(82) : undefined
  const used = [element, component, segment, ...(repetition === undefined ? [] : [repetition])]
  if (new Set(used).size !== used.length || used.some((each) => /[A-Za-z0-9 ]/.test(each)))
    throw new EdiProblem('separators-unclear', `ISA separates by ${JSON.stringify(used)}`, {
      segment: 1,
      tag: 'ISA',
    })
  const at = ISA_PLACES.findIndex((place) => isa.charAt(place) !== element)
  if (at !== -1)
    throw new EdiProblem('envelope-broken', 'does not have its fixed length', {
      segment: 1,
      tag: 'ISA',
      element: at + 1,
    })
  return { element, component, segment, repetition }
}

/** Where the separator before each element of ISA stands. */
const ISA_PLACES = [3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103]

function split(text: string, separators: Separators): Segment[] {
  const ends = text.split(separators.segment)
  const rest = ends.pop()
  if (rest === undefined || rest.trim() !== '')
    throw new EdiProblem('envelope-broken', 'the file ends within a segment', { segment: ends.length + 1 })
  let inSet = 0
  return ends.map((each, at) => {
    // Partners put line breaks behind the terminator, for people.
    const bare = at === 0 ? each : each.replace(/^[\r\n]+/, '')
    const [tag = '', ...elements] = bare.split(separators.element)
    if (!/^[A-Z][A-Z0-9]{1,2}$/.test(tag))
      throw new EdiProblem('envelope-broken', `"${tag.slice(0, 20)}" is no segment`, { segment: at + 1 })
    inSet = tag === 'ST' ? 1 : inSet + 1
    const isIsa = at === 0
    const repeats = ({ repetition }: Separators, element: string) =>
      !isIsa && repetition !== undefined && element.includes(repetition)
    return {
      tag,
      elements: elements.map((element) => (isIsa ? [element] : element.split(separators.component))),
      position: at + 1,
      inSet,
      repeated: elements.flatMap((element, index) => (repeats(separators, element) ? [index + 1] : [])),
    }
  })
}

function groupsOf(segments: readonly Segment[]): { groups: Group[]; receipts: Segment[] } {
  const groups: Group[] = []
  const receipts: Segment[] = []
  let open: { header: Segment; body: Segment[] } | undefined
  for (const each of segments) {
    if (each.tag === 'GS') {
      if (open !== undefined) throw wrong(each, 'envelope-broken', 'a group begins within another')
      open = { header: each, body: [] }
    } else if (each.tag === 'GE') {
      if (open === undefined) throw wrong(each, 'envelope-broken', 'a group ends that did not begin')
      groups.push(groupOf(open.header, open.body, each))
      open = undefined
    } else if (open !== undefined) open.body.push(each)
    else if (each.tag === 'TA1') receipts.push(each)
    else throw wrong(each, 'envelope-broken', 'stands outside of a group')
  }
  if (open !== undefined) throw wrong(open.header, 'envelope-broken', 'the group does not end')
  return { groups, receipts }
}

function groupOf(header: Segment, body: readonly Segment[], trailer: Segment): Group {
  const sets = setsOf(body)
  const controlNumber = get(header, 6)
  const counted = problemOf(() => getWhole(trailer, 1))
  const check = problemOf(() => {
    if ('problem' in counted) throw counted.problem
    if (counted.value !== sets.length)
      throw wrong(trailer, 'count-wrong', `says ${counted.value} sets, ${sets.length} came`, 1)
    if (find(trailer, 2) !== controlNumber)
      throw wrong(trailer, 'control-mismatch', `is not ${controlNumber}, as GS06 says`, 2)
  })
  return {
    functionalId: get(header, 1),
    sender: get(header, 2),
    receiver: get(header, 3),
    controlNumber,
    version: get(header, 8),
    counted: 'value' in counted ? counted.value : 0,
    sets,
    problem: 'problem' in check ? check.problem : undefined,
  }
}

function setsOf(body: readonly Segment[]): EdiSet[] {
  const sets: EdiSet[] = []
  let open: { header: Segment; segments: Segment[] } | undefined
  const close = (trailer: Segment | undefined) => {
    if (open === undefined) return
    sets.push(setOf(open.header, open.segments, trailer, sets))
    open = undefined
  }
  for (const each of body) {
    if (each.tag === 'ST') {
      close(undefined)
      open = { header: each, segments: [] }
    } else if (each.tag === 'SE') {
      if (open === undefined) throw wrong(each, 'envelope-broken', 'a set ends that did not begin')
      close(each)
    } else if (open !== undefined) open.segments.push(each)
    else throw wrong(each, 'envelope-broken', 'stands outside of a set')
  }
  close(undefined)
  return sets
}

function setOf(
  header: Segment,
  segments: Segment[],
  trailer: Segment | undefined,
  others: readonly EdiSet[],
): EdiSet {
  const check = problemOf(() => {
    const controlNumber = get(header, 2)
    if (trailer === undefined) throw wrong(header, 'envelope-broken', 'the set does not end with SE')
    if (getWhole(trailer, 1) !== segments.length + 2)
      throw wrong(trailer, 'count-wrong', `says ${get(trailer, 1)} segments, ${segments.length + 2} came`, 1)
    if (get(trailer, 2) !== controlNumber)
      throw wrong(trailer, 'control-mismatch', `is not ${controlNumber}, as ST02 says`, 2)
    if (others.some((other) => other.controlNumber === controlNumber))
      throw wrong(header, 'set-repeated', `${controlNumber} stands twice in the group`, 2)
  })
  return {
    id: find(header, 1) ?? '',
    controlNumber: find(header, 2) ?? '',
    header,
    segments,
    problem: 'problem' in check ? check.problem : undefined,
  }
}
