import type { CutoverDetail } from '@plimsoll/client'
import { ApiProblem } from '@plimsoll/client/client'
import { useMutation } from '@tanstack/react-query'
import { hub } from '../hub.ts'
import { bookSame } from './opening-figures.ts'
import { keepDetail, readAgain } from './opening-queries.ts'

/**
 * Approves what was looked at and books it. It is worked out once more first: a count, or another cut-over, that was booked since
 * somebody looked would otherwise be added to. Where it would book something else, nothing is booked and it is shown anew.
 */
export function useTake() {
  return useMutation({
    mutationFn: async (seen: CutoverDetail): Promise<'taken' | 'changed'> => {
      const { cutoverId } = seen
      if (seen.state === 'proposed') {
        const digest = await digestOfSame(seen)
        if (digest === undefined || !(await isApproved(cutoverId, digest))) return 'changed'
      }
      await hub.applyCutover(cutoverId)
      return 'taken'
    },
    onSettled: readAgain,
  })
}

/** Of the proposal as it is now; undefined: it books something else than what was seen. */
async function digestOfSame(seen: CutoverDetail): Promise<string | undefined> {
  // What a file said stands in what was made of it.
  const said = seen.rows.map(({ sku, locationCode, proposed }) => ({
    sku,
    location: locationCode,
    quantity: proposed,
  }))
  const fresh = await hub.proposeCutover(seen.cutoverId, seen.source === 'connection' ? [] : said)
  keepDetail(fresh)
  return bookSame(seen.rows, fresh.rows) ? (fresh.digest ?? undefined) : undefined
}

async function isApproved(cutoverId: string, digest: string): Promise<boolean> {
  try {
    await hub.approveCutover(cutoverId, digest)
    return true
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.code === 'preview-outdated') return false
    throw error
  }
}
