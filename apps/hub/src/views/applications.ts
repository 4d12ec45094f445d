import type { applicationKept } from '@plimsoll/client'
import type { Application } from '@plimsoll/sync'
import type { z } from 'zod'

/** An application as the API and the command line tell it: never what it proves itself with. */
export function toApplicationView(application: Application): z.infer<typeof applicationKept> {
  const { connector, applicationKey, url, createdAt } = application
  return { connector, application: applicationKey, url: url ?? null, createdAt: createdAt.toISOString() }
}
