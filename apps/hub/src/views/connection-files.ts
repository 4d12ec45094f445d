import type { connectionFile } from '@plimsoll/client'
import type { listConnectionFiles } from '@plimsoll/sync'
import type { z } from 'zod'

type Logged = Awaited<ReturnType<typeof listConnectionFiles>>[number]

/** A file of a connection, as it is shown. */
export function toFileView(file: Logged): z.input<typeof connectionFile> {
  const { position, direction, feed, name, sequence, digest, bytes, saidAt, keptAt, deliveredAt } = file
  return {
    ...{ position, direction, feed, name, digest, bytes },
    sequence: sequence ?? null,
    saidAt: saidAt?.toISOString() ?? null,
    keptAt: keptAt.toISOString(),
    deliveredAt: deliveredAt?.toISOString() ?? null,
    accepted: file.isAccepted,
  }
}
