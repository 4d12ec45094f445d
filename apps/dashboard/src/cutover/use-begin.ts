import type { ConnectionRow, Cutover } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { hub } from '../hub.ts'
import { nextName } from './opening-figures.ts'
import { readAgain } from './opening-queries.ts'

/** Begins a cut-over of a connection from its own numbers. */
export function useBegin(row: ConnectionRow, all: readonly Cutover[]) {
  return useMutation({
    mutationFn: () =>
      hub.beginCutover({
        name: nextName(all, row.name),
        connection: row.connectionId,
        source: 'connection',
        from: row.connectionId,
      }),
    onSuccess: readAgain,
  })
}
