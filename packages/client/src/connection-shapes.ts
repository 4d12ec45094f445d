import { z } from 'zod'

/** What the routes that change connections and what they know answer. */

const count = z.int()

/** What the platform says of the account, asked before anything is stored. PUT /connections/:id/credentials */
export const connectionCheck = z.object({
  account: z.string().describe('Its name on the platform.'),
  currency: z.string().optional(),
  timeZone: z.string().optional(),
  missingScopes: z
    .array(z.string())
    .describe('Rights that the hub needs and lacks, as the platform names them.'),
  warnings: z.array(z.string()).describe('What a person should read before going live.'),
})

/** POST /connections */
export const connectionMade = z.object({ connectionId: z.string(), check: connectionCheck })

/** POST /connections/:id/import: how many of each. */
export const listingImport = z.object({
  locations: count,
  listings: count,
  mappedBySku: count.describe('Newly tied to items, where the SKU is the same and unique on both sides.'),
  levels: count,
  untracked: count.describe('Not counted by the platform, so never written.'),
  replayed: count.describe('Parked events put back in line.'),
})

/** POST /mappings */
export const mappingResult = z.object({ mapped: count, replayed: count })

/** What is done, and has nothing to tell: `{}`. */
export const done = z.object({})

/** GET /health */
export const health = z.object({ status: z.literal('ok') })

/** GET /ready */
export const readiness = z.object({
  status: z.literal('ready'),
  database: z.enum(['embedded', 'given']),
  worksConnections: count.describe('Connections that this process works.'),
})
