import { z } from 'zod'

/**
 * What an accepted write is asked about by: all that is needed is in it, so that any process may ask. A PATCH has
 * only its number, to be read back; a row of a feed has the feed and its place in it too.
 */
export type Ticket = {
  sku: string
  quantity: number
  /** What the hub believed that Amazon showed before; null: it did not know. */
  before: number | null
  /** When it was sent, milliseconds since the epoch. */
  sentAt: number
} & ({ kind: 'patch'; submissionId: string } | { kind: 'feed'; feedId: string; messageId: number })

const count = z.int().nonnegative()
const before = z.int().nullable()
const parts = z.union([
  z.tuple([z.literal('patch'), z.string().min(1), count, z.string().min(1), count, before]),
  z.tuple([z.literal('feed'), z.string().min(1), count, z.string().min(1), count, before, count]),
])

export function toTicket(ticket: Ticket): string {
  const { sku, quantity, sentAt, before: former } = ticket
  return ticket.kind === 'patch'
    ? JSON.stringify(['patch', ticket.submissionId, sentAt, sku, quantity, former])
    : JSON.stringify(['feed', ticket.feedId, sentAt, sku, quantity, former, ticket.messageId])
}

/** Undefined: it is none of ours. */
export function fromTicket(text: string): Ticket | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined // Whatever it is, Amazon never knew it.
  }
  const read = parts.safeParse(json).data
  if (read === undefined) return undefined
  const [kind, about, sentAt, sku, quantity, former, messageId] = read
  const said = { sentAt, sku, quantity, before: former }
  return kind === 'patch'
    ? { kind, submissionId: about, ...said }
    : { kind, feedId: about, messageId, ...said }
}

/**
 * How long after Amazon took a quantity it may go on showing the former one. Unpublished; sellers report up to a
 * quarter of an hour.
 */
export const SETTLES_MS = 15 * 60_000

/** What Amazon shows of a SKU: a number, none, or nothing of it at all. */
export type Shown = { kind: 'number'; quantity: number } | { kind: 'not-counted' } | { kind: 'gone' }

export type Proof = 'applied' | 'gone' | 'waiting' | 'unknown'

/**
 * What reading a level back says of a quantity that Amazon took. The very number proves it. Any other one is the former
 * number, or ours less what has sold since: as long as it may still come, it is waited for. Then a number on our side of
 * the former one shows that it came, and that some of it was sold.
 * @param from when Amazon was done with it as far as it told, or when it was sent
 */
export function decideProof(
  { quantity, before: former }: Pick<Ticket, 'quantity' | 'before'>,
  shown: Shown,
  { from, now }: { from: number; now: number },
): Proof {
  if (shown.kind === 'gone') return 'gone'
  if (shown.kind === 'number' && shown.quantity === quantity) return 'applied'
  if (now - from < SETTLES_MS) return 'waiting'
  if (shown.kind !== 'number' || former === null || shown.quantity > quantity) return 'unknown'
  return quantity < former || shown.quantity > former ? 'applied' : 'unknown'
}
