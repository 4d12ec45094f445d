import type { LoggedFile } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { PartnerProfile } from '../profile.ts'
import type { Segment } from '../segment.ts'
import { CONTROL_NUMBER_MAX, encode, type WrittenSet, writeInterchange } from '../write.ts'

/**
 * What we decided to send, kept in the log before it is sent. The log knows it by name, so that the same wish is one; its
 * place in the log is its control number, so that no two have the same, none is lost by a crash, and later is larger; and
 * number and moment make the same bytes however often it is sent.
 */
export type Outgoing = {
  name: string
  position: number
  keptAt: Date
  deliveredAt: Date | undefined
  content: OutgoingContent
}

const segmentShape = z.object({
  tag: z.string(),
  elements: z.array(z.array(z.string())),
}) satisfies z.ZodType<Pick<Segment, 'tag'>>

const contentShape = z.object({
  kind: z.enum(['shipping-order', 'cancel', 'inbound-advice', 'acknowledgement']),
  /** The hub's id of the shipment or delivery; the digest of what is acknowledged. */
  about: z.string(),
  reference: z.string(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.number(), title: z.string() })),
  locationId: z.string(),
  /** To make the cancellation of. */
  order: z.unknown().optional(),
  sets: z.array(z.object({ id: z.string(), functionalId: z.string(), segments: z.array(segmentShape) })),
})
export type OutgoingContent = z.infer<typeof contentShape>

export const OUT_FEED = 'edi-out'

/** The log's name of a wish: the same wish, the same name. */
export function outgoingName(kind: OutgoingContent['kind'], about: string): string {
  return `${kind} ${about}`
}

export function toContent(
  given: Omit<OutgoingContent, 'sets'> & { sets: readonly WrittenSet[] },
): Uint8Array {
  const sets = given.sets.map(({ id, functionalId, segments }) => ({
    id,
    functionalId,
    segments: segments.map(({ tag, elements }) => ({ tag, elements })),
  }))
  return new TextEncoder().encode(JSON.stringify({ ...given, sets }))
}

export function fromLog(file: LoggedFile, bytes: Uint8Array): Outgoing {
  const { name, position, keptAt, deliveredAt } = file
  const content = contentShape.parse(JSON.parse(new TextDecoder().decode(bytes)))
  return { name, position, keptAt, deliveredAt, content }
}

/** GS06 or UNB 0020 under which it is sent. */
export function controlNumberOf({ position }: { position: number }, profile: PartnerProfile): number {
  const number = profile.firstControlNumber - 1 + position
  if (number > CONTROL_NUMBER_MAX)
    throw new RangeError(`control numbers end at ${CONTROL_NUMBER_MAX}: agree on a new id with the partner`)
  return number
}

/** The file as the partner gets it. */
export function toFile(outgoing: Outgoing, profile: PartnerProfile): { name: string; content: Uint8Array } {
  const controlNumber = controlNumberOf(outgoing, profile)
  const sets = outgoing.content.sets.map((set) => ({
    ...set,
    segments: set.segments.map((each) => ({ ...each, position: 0, inSet: 0, repeated: [] })),
  }))
  const text = writeInterchange(sets, { controlNumber, at: outgoing.keptAt }, profile)
  const [first] = sets
  return {
    name: `${String(controlNumber).padStart(9, '0')}-${first?.id ?? 'empty'}.edi`,
    content: encode(text, profile),
  }
}
