import { z } from 'zod'
import { problemTold } from './told-trouble.ts'

/** What the routes that change connections and what they know answer. */

const count = z.int()

/** What the platform says of the account, asked before anything is stored. POST /connections/:id/check, PUT /connections/:id/credentials */
export const connectionCheck = z.object({
  account: z.string().describe('Its name on the platform.'),
  accountId: z.string().describe('What the platform knows it by; a connection keeps to one.'),
  currency: z.string().optional(),
  timeZone: z.string().optional(),
  missingScopes: z
    .array(z.string())
    .describe('Rights that the hub needs and lacks, as the platform names them.'),
  warnings: z.array(z.string()).describe('What a person should read before going live.'),
  warningsInChinese: z
    .array(z.string())
    .optional()
    .describe(
      'The same in Chinese, in the same order; absent where there are none, or the connector has none.',
    ),
  unproven: z
    .string()
    .optional()
    .describe(
      'Present where nothing shows that the credentials are of this account: why, and what to do. They take no connection over.',
    ),
  unprovenInChinese: z.string().optional().describe('The same in Chinese.'),
})

export type ConnectionCheck = z.infer<typeof connectionCheck>

/** POST /connections */
export const connectionMade = z.object({ connectionId: z.string(), check: connectionCheck })
export type ConnectionMade = z.infer<typeof connectionMade>

export const words = z.object({ en: z.string(), zh: z.string() })
const formField = z.object({
  name: z.string(),
  kind: z.enum(['text', 'number', 'switch', 'choice', 'choices', 'list']),
  title: words,
  help: words.optional(),
  secret: z.boolean(),
  required: z.boolean(),
  options: z.array(z.object({ value: z.string(), title: words })),
  default: z.unknown().optional(),
})
export type FormField = z.infer<typeof formField>

/** GET /connectors */
export const connectorList = z.object({
  rows: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      kind: z.enum(['channel', 'warehouse', 'erp']),
      colour: z.string(),
      regions: z.array(z.string()),
      apiVersion: z.string().optional().describe('The platform’s own version that it is written against.'),
      can: z
        .array(
          z.enum([
            'locations',
            'webhooks',
            'tracking',
            'cancel',
            'withdraw',
            'counts',
            'gaps',
            'sends-orders',
          ]),
        )
        .describe(
          'locations: keeps a number per location; counts: counts stock of its own; gaps: missed orders are noticed; sends-orders: sends orders of other channels.',
        ),
      settings: z.array(formField),
      credentials: z.array(formField),
      grant: z
        .array(formField)
        .optional()
        .describe('Given where the platform has a page on which access is granted: what that needs before.'),
      samples: z
        .object({ names: z.array(z.string()).describe('That people look for, and that begin here.') })
        .optional()
        .describe('Given where its description can be tried on sample files.'),
    }),
  ),
})
export type ConnectorList = z.infer<typeof connectorList>

/** POST /grants */
export const grantBegun = z.object({
  grantId: z.string(),
  url: z.string().describe('To be opened in a browser.'),
  expiresAt: z.string(),
})
export type GrantBegun = z.infer<typeof grantBegun>

/** GET /grants/:id */
export const grantStanding = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('waiting') }),
  z.object({ kind: z.literal('done'), connectionId: z.string(), account: z.string().optional() }),
  z.object({ kind: z.literal('refused'), code: z.string(), message: z.string() }),
])
export type GrantStanding = z.infer<typeof grantStanding>

/** POST /connections/:id/import: how many of each. */
export const listingImport = z.object({
  locations: count,
  listings: count,
  mappedBySku: count.describe('Newly tied to items, where the SKU is the same and unique on both sides.'),
  levels: count,
  untracked: count.describe('Not counted by the platform, so never written.'),
  replayed: count.describe('Parked events put back in line.'),
})
export type ListingImport = z.infer<typeof listingImport>

const application = z.object({
  connector: z.string(),
  application: z.string().describe('Its key, as it stands in the address.'),
  url: z
    .string()
    .nullable()
    .describe('The address to name on the platform; null: the hub has no public address.'),
  createdAt: z.string(),
})

/** GET /applications */
export const applicationList = z.object({ rows: z.array(application) })

/** PUT /applications/:connector */
export const applicationKept = application

/** One file of GET /connections/:id/files */
export const connectionFile = z.object({
  position: count.describe('Its number; the larger, the later it came.'),
  direction: z.enum(['in', 'out']),
  feed: z.string().describe('What it is about: levels, shipments, shipment-requests.'),
  name: z.string(),
  sequence: z.string().nullable().describe('Where it stands among the others of its feed; null: as it came.'),
  digest: z.string().describe('SHA-256 of the content.'),
  bytes: count,
  saidAt: z.string().nullable().describe('When what it says was true, as far as its name or folder tells.'),
  keptAt: z.string(),
  deliveredAt: z.string().nullable().describe('Outgoing: when it lay where the other side fetches it.'),
  accepted: z.boolean().describe('A person has said that it is right, whatever would hold it back.'),
})

/** GET /connections/:id/files */
export const connectionFilePage = z.object({ rows: z.array(connectionFile), next: z.string().nullable() })

/** POST /connections/:id/files */
export const connectionFileKept = z.object({
  file: connectionFile,
  isNew: z.boolean().describe('False: the same file was there already, and nothing changes.'),
})

/** GET /connections/:id/places */
export const countedPlaceList = z.object({
  rows: z.array(
    z.object({
      externalId: z.string(),
      name: z.string(),
      active: z.boolean(),
      location: z.string().nullable().describe('Code of ours that stands for it; null: none does.'),
      readAt: z.string().nullable().describe('When the last read that was booked began.'),
      stockUnits: count.describe('That the platform named.'),
      available: count.describe('Units by the platform, as it counts them.'),
      held: count,
      incoming: count.describe('On their way there by the platform; not in the ledger.'),
      problems: count.describe('Stock units that are not in the ledger as the platform counts them.'),
      heldBack: count.describe(
        'Of these, those whose count waits for a person: too many would be gone, or be many times as many, at once.',
      ),
    }),
  ),
  problems: z
    .array(
      z.object({
        externalId: z.string(),
        stockUnitId: z.string(),
        sku: z.string().nullable(),
        code: z
          .enum(['unmapped', 'kit', 'tracked', 'refused', 'short', 'held'])
          .describe(
            'short: it is booked, and more is reserved there than the platform has left; held: it waits for a person.',
          ),
        problem: z.string(),
        problemTold,
      }),
    )
    .describe('The first hundred.'),
})
export type CountedPlaceList = z.infer<typeof countedPlaceList>

/** GET /connections/:id/locations, PUT /connections/:id/locations */
export const connectionLocationList = z.object({
  version: count.describe('Rises each time a person says what stands behind them.'),
  rows: z.array(
    z.object({
      externalId: z.string(),
      name: z.string(),
      active: z.boolean(),
      state: z
        .enum(['kept', 'emptied', 'left', 'counted'])
        .describe(
          'kept: it shows what lies behind it; emptied: nothing does, and it is kept at zero; left: nothing is written there, whatever it shows; counted: the platform counts it itself.',
        ),
      locations: z.array(z.string()).describe('Codes of ours that stand behind it.'),
      levels: count.describe('Numbers that it keeps and the hub knows of.'),
      missing: count.describe(
        'Of these, those of listings that the platform does not have there: stock them there, then import.',
      ),
      shows: count.describe('Units that it shows by the hub’s best knowledge.'),
      wanted: count.describe('Units that it is to show.'),
    }),
  ),
})
export type ConnectionLocationList = z.infer<typeof connectionLocationList>

/** POST /connections/:id/locations/preview */
export const connectionLocationPreview = z.object({
  items: count.describe('That the connection sells.'),
  looked: count.describe('Of these, how many the figures are of.'),
  changed: count.describe(
    'Levels that would show something else, be written anew, or not be written any more.',
  ),
  lowered: count,
  raised: count,
  toZero: count.describe('Levels that show something now and would show zero.'),
  added: count.describe('Levels that the hub would begin to write; each is read before.'),
  left: count.describe('Levels that would be left as they are.'),
  leftUnits: count.describe('Units that those go on showing.'),
  unitsBefore: count,
  unitsAfter: count,
  asksFirst: z.boolean().describe('So many zeros would wait for a person.'),
  rows: z
    .array(
      z.object({
        sku: z.string(),
        title: z.string().nullable(),
        location: z.string().describe('Name of the location on the platform.'),
        before: count.nullable().describe('null: it is not written now.'),
        after: count.nullable().describe('null: it would be left as it is.'),
      }),
    )
    .describe('Those that change most.'),
})
export type ConnectionLocationPreview = z.infer<typeof connectionLocationPreview>

/** GET /listing-changes */
export const listingChangeList = z.object({
  rows: z.array(
    z.object({
      listingId: z.string(),
      connectionId: z.string(),
      externalId: z.string(),
      title: z.string(),
      doubt: z
        .enum(['renamed', 'swapped', 'relisted'])
        .describe(
          'renamed: its SKU is another than the one it was tied by; swapped: and another listing has that; relisted: it is tied to nothing, and has the SKU of another that is gone or renamed.',
        ),
      since: z.string(),
      sku: z.string().describe('Its SKU now.'),
      mappedSku: z.string().nullable().describe('By which it was tied.'),
      itemSku: z
        .string()
        .nullable()
        .describe('Of the item that it follows until it is decided; null: of none.'),
      unitsPerListing: count,
      shows: count.nullable().describe('Units that it shows.'),
      proposed: z
        .object({ sku: z.string(), unitsPerListing: count })
        .nullable()
        .describe('What moving the mapping comes to; null: no item has the SKU.'),
      otherExternalId: z.string().nullable().describe('The listing that had its SKU before.'),
    }),
  ),
})
export type ListingChangeList = z.infer<typeof listingChangeList>

/** POST /mappings, POST /listing-changes/:id */
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
