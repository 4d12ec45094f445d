import type { Hold } from './imports.store.ts'
import { saveWholeProgress } from './imports.store.ts'
import type { ImportContext } from './open-file.ts'

/** How far a file is that is applied whole, for whoever looks at it meanwhile. */
export type WholeProgress = {
  /** Never waits, and never fails what it tells of. */
  note(rowsPassed: number): void
  /** When nothing is being written any more. */
  settled(): Promise<void>
}

/**
 * Writes it beside the long transaction, on another connection. The import does not wait for that: those who wait for
 * the import may hold every connection. While one figure is being written the next ones are left out.
 */
export function wholeProgress({ database, log }: ImportContext, hold: Hold): WholeProgress {
  let writing: Promise<void> | undefined
  return {
    note: (rowsPassed) => {
      writing ??= saveWholeProgress(database.kysely, hold, rowsPassed)
        .catch((error: unknown) => log.warn({ error }, 'how far an import is could not be written down'))
        .finally(() => {
          writing = undefined
        })
    },
    settled: async () => await writing,
  }
}
