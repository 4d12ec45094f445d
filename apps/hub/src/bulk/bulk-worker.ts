import { type SyncContext, stepBulkEdits } from '@plimsoll/sync'
import { StepWorker } from '../step-worker.ts'

/** Looks at, applies and undoes bulk edits. */
export class BulkWorker extends StepWorker {
  constructor(context: SyncContext) {
    super(context, {
      step: () => stepBulkEdits(context),
      failed: 'a bulk edit could not be worked on; it is tried again',
    })
  }
}
