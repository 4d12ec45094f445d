import type { SampleRead } from '@plimsoll/client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useCalm } from '../clock.ts'
import type { Json, Place } from './draft.ts'

/** How a file is tried: with a description of its feed and the places of the warehouse. */
export type ReadFile = (
  terms: { description: Json; places: readonly Place[] },
  signal: AbortSignal,
) => Promise<SampleRead>

const TYPING_PAUSE_MS = 250

/**
 * What a description makes of a file, tried again as it is typed. The last answer stays until the next one is there.
 * @param fileKey tells the file
 */
export function useReading(
  fileKey: string,
  terms: { description: Json; places: readonly Place[] },
  read: ReadFile,
) {
  const key = JSON.stringify(terms)
  const calm = useCalm({ key, terms }, key, TYPING_PAUSE_MS)
  return useQuery({
    queryKey: ['reading', fileKey, calm.key],
    queryFn: ({ signal }) => read(calm.terms, signal),
    placeholderData: keepPreviousData,
    // Nothing of a sample is kept.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
}
