import type { CutoverDetail } from '@plimsoll/client'
import { ApiProblem } from '@plimsoll/client/client'
import { useMutation } from '@tanstack/react-query'
import { hub } from '../hub.ts'
import { readAgain } from './opening-queries.ts'

/**
 * Approves what was looked at and books it. Where something else would be booked by now (a count since, a receipt), the hub books
 * none of that and works it out anew, to be looked at again.
 */
export function useTake() {
  return useMutation({
    mutationFn: async ({ cutoverId, state, digest }: CutoverDetail): Promise<'taken' | 'changed'> => {
      try {
        if (state === 'proposed') await hub.approveCutover(cutoverId, digest ?? '')
        await hub.applyCutover(cutoverId)
        return 'taken'
      } catch (error) {
        if (error instanceof ApiProblem && error.problem.code === 'preview-outdated') return 'changed'
        throw error
      }
    },
    onSettled: readAgain,
  })
}
