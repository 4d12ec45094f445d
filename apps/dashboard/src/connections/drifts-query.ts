import { queryOptions } from '@tanstack/react-query'
import { hub } from '../hub-client.ts'

/** Under the topic of the tasks: each level that is asked about has one. */
export const driftsQuery = (about: { connection?: string; sku?: string }) =>
  queryOptions({
    queryKey: ['tasks', 'drifts', about],
    queryFn: ({ signal }) => hub.drifts({ ...about, limit: 100 }, signal),
  })
