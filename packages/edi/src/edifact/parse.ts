import type { EdiSet, Group, Interchange, Separators } from '../interchange.ts'
import { EdiProblem, problemOf } from '../problems.ts'
import { find, get, getWhole, type Segment, wrong } from '../segment.ts'

const STANDARD: Separators = { component: ':', element: '+', release: '?', segment: "'" }

/**
 * Reads one EDIFACT interchange (syntax 1 to 4). UNA defines the separators, the release character makes one plain text, the
 * trailers' counts and references are verified. A message that is wrong is marked, and the others go on.
 * @throws EdiProblem where the interchange as a whole cannot be trusted
 */
export function parseEdifact(text: string): Interchange {
  const separators = separatorsOf(text)
  const segments = split(text.startsWith('UNA') ? text.slice(9) : text, separators)
  const header = segments[0]
  const trailer = segments.at(-1)
  if (header?.tag !== 'UNB')
    throw new EdiProblem('envelope-broken', 'the interchange does not begin with UNB', { segment: 1 })
  if (trailer?.tag !== 'UNZ')
    throw new EdiProblem('envelope-broken', 'the interchange does not end with UNZ', {
      segment: segments.length,
    })
  const controlNumber = get(header, 5)
  if (get(trailer, 2) !== controlNumber)
    throw wrong(trailer, 'control-mismatch', `is not ${controlNumber}, as UNB says`, 2)
  const body = segments.slice(1, -1)
  const isGrouped = body[0]?.tag === 'UNG'
  const groups = isGrouped ? groupsOf(body) : [plainGroup(header, body)]
  const came = isGrouped ? groups.length : (groups[0]?.sets.length ?? 0)
  if (getWhole(trailer, 1) !== came)
    throw wrong(trailer, 'count-wrong', `says ${get(trailer, 1)} messages, ${came} came`, 1)
  return {
    syntax: 'edifact',
    sender: { id: get(header, 2), qualifier: find(header, 2, 2) ?? '' },
    receiver: { id: get(header, 3), qualifier: find(header, 3, 2) ?? '' },
    controlNumber,
    isTest: find(header, 11) === '1',
    separators,
    groups,
    receipts: [],
    header,
  }
}

function separatorsOf(text: string): Separators {
  if (text.startsWith('UNB')) return STANDARD
  if (!text.startsWith('UNA') || text.length < 9)
    throw new EdiProblem('not-edi', 'the file begins with neither UNA nor UNB')
  const [component = '', element = '', , release = '', , segment = ''] = text.slice(3, 9)
  const used = [component, element, segment, ...(release === ' ' ? [] : [release])]
  if (new Set(used).size !== used.length || used.some((each) => /[A-Za-z0-9 ]/.test(each)))
    throw new EdiProblem('separators-unclear', `UNA separates by ${JSON.stringify(used)}`, { segment: 1 })
  return { component, element, release: release === ' ' ? undefined : release, segment }
}

/** Splits character by character: a released separator is text. */
function split(text: string, { element, component, segment, release }: Separators): Segment[] {
  const segments: Segment[] = []
  let elements: string[][] = [['']]
  let inSet = 0
  let isBetween = true
  const append = (character: string) => {
    const components = elements.at(-1) ?? []
    components.push(`${components.pop() ?? ''}${character}`)
  }
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (isBetween && /[\r\n]/.test(character)) continue
    isBetween = false
    if (character === release) {
      at += 1
      if (at >= text.length)
        throw new EdiProblem('envelope-broken', 'the file ends within a segment', {
          segment: segments.length + 1,
        })
      append(text.charAt(at))
    } else if (character === segment) {
      const [[tag = ''] = [], ...rest] = elements
      if (!/^[A-Z][A-Z0-9]{2}$/.test(tag))
        throw new EdiProblem('envelope-broken', `"${tag.slice(0, 20)}" is no segment`, {
          segment: segments.length + 1,
        })
      inSet = tag === 'UNH' ? 1 : inSet + 1
      segments.push({ tag, elements: rest, position: segments.length + 1, inSet, repeated: [] })
      elements = [['']]
      isBetween = true
    } else if (character === element) elements.push([''])
    else if (character === component) elements.at(-1)?.push('')
    else append(character)
  }
  if (elements.length > 1 || elements[0]?.length !== 1 || (elements[0][0] ?? '').trim() !== '')
    throw new EdiProblem('envelope-broken', 'the file ends within a segment', {
      segment: segments.length + 1,
    })
  return segments
}

function plainGroup(header: Segment, body: readonly Segment[]): Group {
  const sets = messagesOf(body)
  const first = sets[0]?.header
  return {
    functionalId: sets[0]?.id ?? '',
    sender: get(header, 2),
    receiver: get(header, 3),
    controlNumber: get(header, 5),
    version: first === undefined ? '' : versionOf(first, 2),
    counted: sets.length,
    sets,
    problem: undefined,
  }
}

function versionOf(header: Segment, element: number): string {
  return [2, 3].map((component) => find(header, element, component) ?? '').join(':')
}

function groupsOf(body: readonly Segment[]): Group[] {
  const groups: Group[] = []
  let open: { header: Segment; body: Segment[] } | undefined
  for (const each of body) {
    if (each.tag === 'UNG') {
      if (open !== undefined) throw wrong(each, 'envelope-broken', 'a group begins within another')
      open = { header: each, body: [] }
    } else if (each.tag === 'UNE') {
      if (open === undefined) throw wrong(each, 'envelope-broken', 'a group ends that did not begin')
      groups.push(groupOf(open.header, open.body, each))
      open = undefined
    } else if (open !== undefined) open.body.push(each)
    else throw wrong(each, 'envelope-broken', 'stands outside of a group')
  }
  if (open !== undefined) throw wrong(open.header, 'envelope-broken', 'the group does not end')
  return groups
}

function groupOf(header: Segment, body: readonly Segment[], trailer: Segment): Group {
  const sets = messagesOf(body)
  const controlNumber = get(header, 5)
  const check = problemOf(() => {
    if (getWhole(trailer, 1) !== sets.length)
      throw wrong(trailer, 'count-wrong', `says ${get(trailer, 1)} messages, ${sets.length} came`, 1)
    if (find(trailer, 2) !== controlNumber)
      throw wrong(trailer, 'control-mismatch', `is not ${controlNumber}, as UNG says`, 2)
  })
  return {
    functionalId: get(header, 1),
    sender: get(header, 2),
    receiver: get(header, 3),
    controlNumber,
    version: versionOf(header, 7),
    counted: sets.length,
    sets,
    problem: 'problem' in check ? check.problem : undefined,
  }
}

function messagesOf(body: readonly Segment[]): EdiSet[] {
  const sets: EdiSet[] = []
  let open: { header: Segment; segments: Segment[] } | undefined
  const close = (trailer: Segment | undefined) => {
    if (open !== undefined) sets.push(messageOf(open.header, open.segments, trailer, sets))
    open = undefined
  }
  for (const each of body) {
    if (each.tag === 'UNH') {
      close(undefined)
      open = { header: each, segments: [] }
    } else if (each.tag === 'UNT') {
      if (open === undefined) throw wrong(each, 'envelope-broken', 'a message ends that did not begin')
      close(each)
    } else if (open !== undefined) open.segments.push(each)
    else throw wrong(each, 'envelope-broken', 'stands outside of a message')
  }
  close(undefined)
  return sets
}

function messageOf(
  header: Segment,
  segments: Segment[],
  trailer: Segment | undefined,
  others: readonly EdiSet[],
): EdiSet {
  const check = problemOf(() => {
    const controlNumber = get(header, 1)
    if (trailer === undefined) throw wrong(header, 'envelope-broken', 'the message does not end with UNT')
    if (getWhole(trailer, 1) !== segments.length + 2)
      throw wrong(trailer, 'count-wrong', `says ${get(trailer, 1)} segments, ${segments.length + 2} came`, 1)
    if (get(trailer, 2) !== controlNumber)
      throw wrong(trailer, 'control-mismatch', `is not ${controlNumber}, as UNH says`, 2)
    if (others.some((other) => other.controlNumber === controlNumber))
      throw wrong(header, 'set-repeated', `${controlNumber} stands twice`, 1)
  })
  return {
    id: find(header, 2) ?? '',
    controlNumber: find(header, 1) ?? '',
    header,
    segments,
    problem: 'problem' in check ? check.problem : undefined,
  }
}
