/** Reasons that the hub itself gives, by how it writes them; what follows is a name. */
const ownReasons = {
  'lot-assumed': /^lot-assumed$/,
  'kit-part-awaited': /^kit-part-awaited$/,
  'kit-part-left-alone': /^kit-part-left-alone$/,
  expired: /^expired$/,
  'opening-stock': /^opening(?: stock)?$/,
  delivery: /^delivery$/,
  'counted-by': /^counted by (.+)$/,
  'counted-already-by': /^counted already by (.+)$/,
  'received-by': /^received by (.+)$/,
  'returned-to': /^returned to (.+)$/,
  'closed-by': /^closed by (.+)$/,
  import: /^import (.+)$/,
  'cut-over': /^cut-over (.+)$/,
} as const
type OwnReason = keyof typeof ownReasons

/** @returns undefined for what a person or a program wrote, which stays as it is */
export function readOwnReason(reason: string | null): { reason: OwnReason; name: string } | undefined {
  for (const [key, pattern] of Object.entries(ownReasons)) {
    const found = pattern.exec(reason ?? '')
    if (found) return { reason: key as OwnReason, name: found[1] ?? '' }
  }
  return undefined
}
