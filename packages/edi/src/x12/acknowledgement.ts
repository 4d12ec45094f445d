import type { AcknowledgedError, Acknowledgement } from '../documents.ts'
import type { EdiSet, Group } from '../interchange.ts'
import type { EdiProblem, EdiProblemCode } from '../problems.ts'
import { find, findSegment, get, getSegment, loops, type Segment, segment, wrong } from '../segment.ts'

/**
 * 997 functional acknowledgement, and 999, which names the same segments AK3 to AK5 as IK3 to IK5: what was read of a group
 * and what was not, with the segment and element.
 */
export function writeAcknowledgement(group: Group, kind: '997' | '999'): Segment[] {
  const prefix = kind === '997' ? 'AK' : 'IK'
  const good = group.problem === undefined ? group.sets.filter(({ problem }) => problem === undefined) : []
  const version = kind === '999' ? group.version : undefined
  const status =
    good.length === group.sets.length && group.problem === undefined ? 'A' : good.length > 0 ? 'P' : 'R'
  return [
    segment('AK1', echoed(group.functionalId), echoed(group.controlNumber), version && echoed(version)),
    ...(group.problem === undefined ? group.sets.flatMap((set) => writeSet(set, prefix)) : []),
    segment(
      'AK9',
      status,
      group.counted,
      group.sets.length,
      good.length,
      group.problem === undefined ? undefined : groupError(group.problem.code),
    ),
  ]
}

function writeSet({ id, controlNumber, problem }: EdiSet, prefix: string): Segment[] {
  const head = segment('AK2', echoed(id), echoed(controlNumber))
  if (problem === undefined) return [head, segment(`${prefix}5`, 'A')]
  return [head, ...writeError(problem, prefix), segment(`${prefix}5`, 'R', setError(problem))]
}

function writeError({ code, place }: EdiProblem, prefix: string): Segment[] {
  if (place.tag === undefined || place.segmentInSet === undefined || ENVELOPE.includes(place.tag)) return []
  const isElement = place.element !== undefined
  return [
    segment(`${prefix}3`, place.tag, place.segmentInSet, undefined, isElement ? '8' : segmentError(code)),
    ...(isElement
      ? [
          segment(
            `${prefix}4`,
            place.component === undefined ? place.element : [place.element, place.component],
            undefined,
            elementError(code),
          ),
        ]
      : []),
  ]
}

/** Names and numbers of the partner's, given back. One that is spoilt may hold what separates in ours: that is left out. */
const echoed = (text: string) => text.replace(/[^A-Za-z0-9-]/g, '')

const ENVELOPE = ['ST', 'SE', 'GS', 'GE']

/** Codes of data elements 716 (group), 718 (set), 720 (segment) and 723 (element), as far as we say them. */
const groupError = (code: EdiProblemCode) =>
  ({ 'control-mismatch': '4', 'count-wrong': '5', 'version-unknown': '2' })[code as 'count-wrong'] ?? '1'
const setError = ({ code, place }: EdiProblem) => {
  if (place.tag === 'SE') return code === 'count-wrong' ? '4' : '3'
  return (
    { 'set-unexpected': '1', 'envelope-broken': '2', 'set-repeated': '23' }[code as 'set-unexpected'] ?? '5'
  )
}
const segmentError = (code: EdiProblemCode) => (code === 'segment-missing' ? '3' : '8')
const elementError = (code: EdiProblemCode) =>
  ({ 'element-missing': '1', 'element-repeated': '3', 'not-a-number': '6', 'not-a-date': '8' })[
    code as 'not-a-date'
  ] ?? '7'

/** The partner's word on a group of ours. */
export function readAcknowledgement(set: EdiSet): Acknowledgement {
  const [head, end] = [getSegment(set, 'AK1'), getSegment(set, 'AK9')]
  const sets = loops(
    set.segments.filter(({ tag }) => tag !== 'AK9'),
    'AK2',
  ).map((loop) => readSet(set, loop))
  return {
    functionalId: get(head, 1),
    controlNumber: get(head, 2),
    isAccepted: isAccepted(end) && sets.every((each) => each.isAccepted),
    sets,
    errors: [5, 6, 7, 8, 9].flatMap((at) => find(end, at) ?? []),
  }
}

/** Accepted, also with errors noted (E) and in part (P): then the sets say which. */
function isAccepted(from: Segment): boolean {
  const code = get(from, 1)
  if (!['A', 'E', 'P', 'R', 'M', 'W', 'X'].includes(code))
    throw wrong(from, 'code-unknown', `there is no status "${code}"`, 1)
  return ['A', 'E', 'P'].includes(code)
}

function readSet(set: EdiSet, loop: readonly Segment[]): Acknowledgement['sets'][number] {
  const [head] = loop
  const end = findSegment(loop, 'AK5') ?? findSegment(loop, 'IK5')
  if (head === undefined || end === undefined)
    throw wrong(head ?? set.header, 'segment-missing', 'the set is not closed by AK5 or IK5')
  const status = get(end, 1)
  const errors: AcknowledgedError[] = []
  for (const each of loop) {
    if (/^[AI]K3$/.test(each.tag))
      errors.push({
        tag: find(each, 1),
        segmentInSet: numberOf(find(each, 2)),
        element: undefined,
        component: undefined,
        code: find(each, 4),
      })
    const last = errors.at(-1)
    if (/^[AI]K4$/.test(each.tag) && last !== undefined) {
      const error = {
        ...last,
        element: numberOf(find(each, 1)),
        component: numberOf(find(each, 1, 2)),
        code: find(each, 3),
      }
      if (last.element === undefined) errors[errors.length - 1] = error
      else errors.push(error)
    }
  }
  return {
    id: get(head, 1),
    controlNumber: get(head, 2),
    isAccepted: isAccepted(end) && status !== 'P',
    errors,
  }
}

function numberOf(text: string | undefined): number | undefined {
  const value = Number(text)
  return text === undefined || !Number.isSafeInteger(value) ? undefined : value
}
