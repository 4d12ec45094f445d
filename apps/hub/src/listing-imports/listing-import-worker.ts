import { isConnectorError } from '@plimsoll/connector-kit'
import { type ConnectionRegistry, type SyncContext, workNextImport } from '@plimsoll/sync'
import { describeRefusal } from '../platform-refusal.ts'
import { StepWorker } from '../step-worker.ts'

/** At once: one platform that makes us wait must not keep the import of another waiting. */
const AT_ONCE = 3

/** Imports what connections sell, as jobs that any process may go on with. */
export class ListingImportWorker {
  readonly #workers: StepWorker[]

  constructor(context: SyncContext, registry: ConnectionRegistry) {
    const step = (signal: AbortSignal) =>
      workNextImport(context, { registry, signal, describe: describeFailedImport })
    const failed = 'an import of listings could not be worked on; it is tried again'
    this.#workers = Array.from({ length: AT_ONCE }, () => new StepWorker(context, { step, failed }))
  }

  start(): void {
    for (const worker of this.#workers) worker.start()
  }

  wake(): void {
    for (const worker of this.#workers) worker.wake()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()))
  }
}

/** What a person is told of an import that failed, with the cure. */
export function describeFailedImport(error: unknown): string {
  if (isConnectorError(error)) return describeRefusal(error)
  return error instanceof Error ? error.message : String(error)
}
