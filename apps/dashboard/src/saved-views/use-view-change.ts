import type { SavedView } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { hub, queryClient } from '../hub.ts'
import { useProblemText } from '../parts/notice.tsx'
import { viewsQuery } from './view-queries.ts'

type Change = Parameters<typeof hub.changeView>[1]

/** Changes a view and reads the list anew. `problem`: why not, for the reader. */
export function useViewChange(onDone: () => void = () => undefined) {
  const change = useMutation({
    mutationFn: ({ view, change }: { view: SavedView; change: Change }) =>
      hub.changeView(view.viewId, change),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: viewsQuery.queryKey })
      onDone()
    },
  })
  const text = useProblemText(change.error)
  return { change, problem: change.isError ? text : undefined }
}
