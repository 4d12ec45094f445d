import type { ConnectionRow, Cutover } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { hub } from '../hub.ts'
import { nextName } from './opening-figures.ts'
import { readAgain } from './opening-queries.ts'

/** Begins a cut-over of a connection: from its own numbers, or from a file that is true for a moment (ISO 8601). */
export function useBegin(row: ConnectionRow, all: readonly Cutover[]) {
  return useMutation({
    mutationFn: (file?: { asOf: string }) => {
      const who = { name: nextName(all, row.name), connection: row.connectionId }
      return hub.beginCutover(
        file === undefined
          ? { ...who, source: 'connection', from: row.connectionId }
          : { ...who, source: 'file', asOf: file.asOf },
      )
    },
    onSuccess: readAgain,
  })
}
