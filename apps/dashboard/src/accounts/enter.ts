import { queryClient } from '../hub.ts'

/** Everything is read anew: nothing that was known before may be shown to somebody else. */
export async function enter(): Promise<void> {
  await queryClient.resetQueries()
}
