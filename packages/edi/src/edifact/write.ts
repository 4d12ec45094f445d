import { Invalid } from '@plimsoll/connector-kit'
import type { EdiParty, Separators } from '../interchange.ts'
import { type Segment, segment } from '../segment.ts'

export type EdifactInterchange = {
  /** `UNOC` with version 3 by default: Latin 1. */
  characters: string
  sender: EdiParty
  receiver: EdiParty
  version: 'D96A' | 'D01B'
  isTest: boolean
  separators: Separators
  lineEnd: string
  controlNumber: number
  /** As the partner's clock shows it: `CCYYMMDD` and `HHMM`. */
  date: string
  time: string
  messages: readonly { id: string; segments: readonly Segment[] }[]
}

/** Writes one interchange without groups; separators within texts are released. */
export function writeEdifact(given: EdifactInterchange): string {
  const { separators, version, messages } = given
  const { component, element, release = '?', segment: end } = separators
  const control = String(given.controlNumber)
  const [directory, issue] = [version.slice(0, 1), version.slice(1)]
  const body = [
    segment(
      'UNB',
      given.characters.split(':'),
      [given.sender.id, given.sender.qualifier],
      [given.receiver.id, given.receiver.qualifier],
      [given.date.slice(2), given.time],
      control,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      given.isTest ? '1' : undefined,
    ),
    ...messages.flatMap(({ id, segments }, at) => [
      segment('UNH', at + 1, [id, directory, issue, 'UN']),
      ...segments,
      segment('UNT', segments.length + 2, at + 1),
    ]),
    segment('UNZ', messages.length, control),
  ]
  const una = `UNA${component}${element}.${release} ${end}`
  return [una, ...body.map((each) => writeSegment(each, separators) + end)]
    .map((line) => line + given.lineEnd)
    .join('')
}

function writeSegment({ tag, elements }: Segment, separators: Separators): string {
  const { element, component, segment: end, release = '?' } = separators
  const written = elements.map((components) =>
    components
      .map((text) => {
        if (/[\r\n]/.test(text)) throw new Invalid('A text of EDIFACT holds no line break', tag)
        return [...text]
          .map((character) =>
            [element, component, end, release].includes(character) ? release + character : character,
          )
          .join('')
      })
      .join(component),
  )
  return [tag, ...written].join(element)
}
