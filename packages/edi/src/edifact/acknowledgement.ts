import type { AcknowledgedError, Acknowledgement } from '../documents.ts'
import type { EdiSet, Interchange } from '../interchange.ts'
import type { EdiProblem, EdiProblemCode } from '../problems.ts'
import { find, get, getSegment, loops, type Segment, segment, wrong } from '../segment.ts'

/** CONTRL: what was read of an interchange and what was not, with the segment and element. */
export function writeAcknowledgement(interchange: Interchange): Segment[] {
  const { sender, receiver, controlNumber, groups } = interchange
  const sets = groups.flatMap((group) =>
    group.sets.map((set) => ({ ...set, problem: group.problem ?? set.problem })),
  )
  return [
    segment(
      'UCI',
      echoed(controlNumber),
      [echoed(sender.id), echoed(sender.qualifier)],
      [echoed(receiver.id), echoed(receiver.qualifier)],
      sets.length > 0 && sets.every(({ problem }) => problem !== undefined) ? '4' : '7',
    ),
    ...sets.flatMap(({ id, controlNumber: reference, header, problem }) => [
      segment(
        'UCM',
        echoed(reference),
        [id, find(header, 2, 2), find(header, 2, 3), find(header, 2, 4)].map((text) => text && echoed(text)),
        problem === undefined ? '7' : '4',
        problem === undefined ? undefined : errorCode(problem.code),
      ),
      ...(problem === undefined ? [] : writeError(problem)),
    ]),
  ]
}

/** Names and numbers of the partner's, given back: separators are released, a spoilt one may hold a line break. */
const echoed = (text: string) => text.replace(/\p{Cc}/gu, '')

function writeError({ code, place }: EdiProblem): Segment[] {
  if (place.segmentInSet === undefined) return []
  if (place.element === undefined) return [segment('UCS', place.segmentInSet, errorCode(code))]
  return [
    segment('UCS', place.segmentInSet),
    segment('UCD', errorCode(code), [place.element + 1, place.component ?? 1]),
  ]
}

/** Codes of data element 0085. */
const errorCode = (code: EdiProblemCode) =>
  ({
    'element-missing': '13',
    'segment-missing': '13',
    'element-repeated': '35',
    'control-mismatch': '28',
    'count-wrong': '29',
    'set-repeated': '26',
    'version-unknown': '17',
    'set-unexpected': '17',
  })[code as 'count-wrong'] ?? '12'

/** The partner's word on an interchange of ours. */
export function readAcknowledgement(set: EdiSet): Acknowledgement {
  const head = getSegment(set, 'UCI')
  const sets = loops(set.segments, 'UCM').map((loop) => readMessage(set, loop))
  const error = find(head, 5)
  return {
    functionalId: undefined,
    controlNumber: get(head, 1),
    isAccepted: isAccepted(head, 4) && sets.every((each) => each.isAccepted),
    sets,
    errors: error === undefined ? [] : [error],
  }
}

/** 7 acknowledged, 8 received, 4 rejected: data element 0083. */
function isAccepted(from: Segment, element: number): boolean {
  const code = get(from, element)
  if (!['4', '7', '8'].includes(code))
    throw wrong(from, 'code-unknown', `there is no action "${code}"`, element)
  return code !== '4'
}

function readMessage(set: EdiSet, loop: readonly Segment[]): Acknowledgement['sets'][number] {
  const [head = set.header] = loop
  const errors: AcknowledgedError[] = []
  for (const each of loop) {
    if (each.tag === 'UCS')
      errors.push({
        tag: undefined,
        segmentInSet: numberOf(find(each, 1)),
        element: undefined,
        component: undefined,
        code: find(each, 2),
      })
    const last = errors.at(-1)
    if (each.tag === 'UCD' && last !== undefined) {
      const at = numberOf(find(each, 2))
      const error = {
        ...last,
        // Counted with the tag as the first.
        element: at === undefined ? undefined : at - 1,
        component: numberOf(find(each, 2, 2)),
        code: find(each, 1),
      }
      if (last.element === undefined) errors[errors.length - 1] = error
      else errors.push(error)
    }
  }
  return { id: get(head, 2), controlNumber: get(head, 1), isAccepted: isAccepted(head, 3), errors }
}

function numberOf(text: string | undefined): number | undefined {
  const value = Number(text)
  return text === undefined || !Number.isSafeInteger(value) ? undefined : value
}
