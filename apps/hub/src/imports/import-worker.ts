import { nowOf, readPersonalDataRules } from '@plimsoll/sync'
import { StepWorker } from '../step-worker.ts'
import { tidyImports } from './import-file.store.ts'
import { findWaitingJob } from './imports.store.ts'
import { workImport } from './imports.ts'
import { type ImportContext, removeLeftFiles } from './open-file.ts'
import { SHEETS } from './sheets.ts'

const TIDY_MS = 3_600_000
const DAY_MS = 86_400_000
/** A file with problems can be fetched again for so long. */
const FILE_KEPT_MS = 30 * DAY_MS
/** Imports whose files say who somebody is. */
const PERSONAL = Object.values(SHEETS).flatMap(({ what, personal }) => (personal === undefined ? [] : [what]))

/** Checks and applies imports of files, one at a time. */
export class ImportWorker extends StepWorker {
  constructor(context: ImportContext) {
    const tidying = new Tidying(context)
    super(context, {
      step: async (stopped) => {
        await tidying.turn()
        return await workOne(context, stopped)
      },
      failed: 'an import could not be worked on; it is tried again',
    })
  }
}

async function workOne(context: ImportContext, stopped: AbortSignal): Promise<boolean> {
  const { database, organizationId } = context
  const importId = await findWaitingJob(database.kysely, organizationId, nowOf(context))
  if (importId === undefined) return false
  // It is left between two of its transactions; another process goes on from there.
  return await workImport(context, importId, () => stopped.throwIfAborted())
}

/** Removes what is kept no longer, now and then. */
class Tidying {
  readonly #context: ImportContext
  #tidiedAtMs = Number.NEGATIVE_INFINITY

  constructor(context: ImportContext) {
    this.#context = context
  }

  async turn(): Promise<void> {
    const { clock, database, organizationId } = this.#context
    if (clock.monotonic() - this.#tidiedAtMs < TIDY_MS) return
    this.#tidiedAtMs = clock.monotonic()
    const nowMs = clock.now()
    const { own } = await readPersonalDataRules(this.#context)
    await tidyImports(database.kysely, organizationId, {
      uploads: new Date(nowMs - DAY_MS),
      files: new Date(nowMs - FILE_KEPT_MS),
      personal: { what: PERSONAL, before: new Date(nowMs - own.endedDays * DAY_MS) },
    })
    await removeLeftFiles(this.#context, new Date(nowMs - DAY_MS))
  }
}
