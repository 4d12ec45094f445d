import { Invalid } from '@plimsoll/connector-kit'
import type { EdiParty, Separators } from '../interchange.ts'
import type { Segment } from '../segment.ts'
import { segment } from '../segment.ts'

export type X12Interchange = {
  sender: EdiParty
  receiver: EdiParty
  /** GS02 and GS03, where they differ from ISA's. */
  groupSender: string
  groupReceiver: string
  version: '4010' | '5010'
  isTest: boolean
  acknowledge: boolean
  separators: Separators
  /** Behind each segment's terminator, for people. */
  lineEnd: string
  /** Of the interchange and of its one group: 1 to 999,999,999. */
  controlNumber: number
  /** As the partner's clock shows it: `CCYYMMDD` and `HHMM`. */
  date: string
  time: string
  functionalId: string
  sets: readonly { id: string; segments: readonly Segment[] }[]
}

/**
 * Writes one interchange with one group.
 * @throws Invalid where a text holds a separator: X12 has no way to write one
 */
export function writeX12(given: X12Interchange): string {
  const { separators, controlNumber, version, sets } = given
  const control = String(controlNumber).padStart(9, '0')
  const release = { 4010: ['00401', '004010'], 5010: ['00501', '005010'] }[version] ?? []
  const isa = [
    'ISA',
    '00',
    ' '.repeat(10),
    '00',
    ' '.repeat(10),
    fixed(given.sender.qualifier, 2),
    fixed(given.sender.id, 15),
    fixed(given.receiver.qualifier, 2),
    fixed(given.receiver.id, 15),
    given.date.slice(2),
    given.time,
    version === '4010' ? 'U' : (separators.repetition ?? '^'),
    release[0],
    control,
    given.acknowledge ? '1' : '0',
    given.isTest ? 'T' : 'P',
    separators.component,
  ].join(separators.element)
  const body = [
    segment(
      'GS',
      given.functionalId,
      given.groupSender,
      given.groupReceiver,
      given.date,
      given.time,
      controlNumber,
      'X',
      release[1],
    ),
    ...sets.flatMap(({ id, segments }, at) => {
      const number = String(at + 1).padStart(4, '0')
      return [segment('ST', id, number), ...segments, segment('SE', segments.length + 2, number)]
    }),
    segment('GE', sets.length, controlNumber),
    segment('IEA', 1, control),
  ]
  const lines = [isa, ...body.map((each) => writeSegment(each, separators, version))]
  return lines.map((line) => line + separators.segment + given.lineEnd).join('')
}

function fixed(text: string, length: number): string {
  if (text.length > length) throw new Invalid(`"${text}" is longer than ${length} characters`, 'profile')
  return text.padEnd(length)
}

function writeSegment({ tag, elements }: Segment, separators: Separators, version: string): string {
  const { element, component, segment: end, repetition } = separators
  const forbidden = [element, component, end, '\r', '\n', ...(version === '5010' ? [repetition ?? '^'] : [])]
  const written = elements.map((components, at) =>
    components
      .map((text) => {
        const found = forbidden.find((each) => each !== '' && text.includes(each))
        if (found !== undefined)
          throw new Invalid(
            `"${text}" holds ${JSON.stringify(found)}, which separates in this partner's X12`,
            `${tag}${String(at + 1).padStart(2, '0')}`,
          )
        return text
      })
      .join(component),
  )
  return [tag, ...written].join(element)
}
