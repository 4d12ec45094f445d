/** What lanes have sent, and what became of it: owned by `packages/sync`. */

export type WriteState = 'sent' | 'accepted' | 'applied' | 'refused' | 'unknown' | 'untouched'
export type WriteDirection = 'zero' | 'decrease' | 'increase' | 'unknown'

export interface WriteTable {
  organizationId: string
  writeId: string
  connectionId: string
  levelId: string
  quantity: number
  expected: number | null
  direction: WriteDirection
  state: WriteState
  fencing: number
  subtractedAtSend: number
  givenBackAtSend: number
  desiredVersion: number
  causedAt: Date
  sentAt: Date
  settledAt: Date | null
  echoed: number | null
  unfenced: boolean
  /** Another write to the same level was under way when it was sent. */
  overlapping: boolean
  errorCode: string | null
  error: string | null
  /** The platform's, while its outcome is asked for. */
  ticket: string | null
  askAt: Date | null
}
