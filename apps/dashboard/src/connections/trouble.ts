/**
 * Whether a connection's error needs a person. Throttling and outages pass by themselves within seconds, and each is
 * told as an error while it lasts: whoever is called for every one of them soon looks at none.
 */
export type Trouble = 'none' | 'passing' | 'standing'

const passingMs = 60_000

export function decideTrouble(
  row: { error: string | null; errorSince: string | null },
  nowMs: number,
): Trouble {
  if (row.error === null) return 'none'
  // Since when is unknown: better called once too often.
  if (row.errorSince === null) return 'standing'
  return nowMs - Date.parse(row.errorSince) < passingMs ? 'passing' : 'standing'
}
