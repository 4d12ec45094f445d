import { z } from 'zod'

/** How what is sold is protected from overselling. */
export const protectionMode = z.enum(['open', 'buffered', 'guaranteed', 'auto'])
export type ProtectionMode = z.infer<typeof protectionMode>

/** How far an item is protected: units are dealt among the channels while it is anything but null. */
export const itemStanding = z.object({
  state: z
    .enum(['tightening', 'guaranteed', 'broken'])
    .describe('`broken`: what is there became less than the channels may still sell; nothing is raised.'),
  since: z.iso.datetime(),
  shortUnits: z.int().min(0).describe('Base units that could be sold beyond what is there.'),
  obstacles: z
    .array(
      z.enum([
        'not-dealt',
        'untracked',
        'sells-beyond-zero',
        'not-live',
        'fixed-policy',
        'platform',
        'unread-order',
      ]),
    )
    .describe(
      'Why no guarantee can be had all the same. `unread-order`: it holds, and what an order that cannot be read may have sold is dealt to nobody until it has been read.',
    ),
})
export type ItemStandingShape = z.infer<typeof itemStanding>

/** What a guarantee rests on, of one connection. */
export const guaranteeAssumptions = z.object({
  connectionId: z.string(),
  connectionName: z.string(),
  connector: z.string(),
  impossibleBecause: z.string().nullable().describe('Null: it can be had, as far as the facts hold.'),
  facts: z.array(z.object({ fact: z.string(), source: z.string(), verified: z.boolean() })),
})
export type GuaranteeAssumptions = z.infer<typeof guaranteeAssumptions>

/** GET /protections */
export const protectionList = z.object({
  rows: z
    .array(
      z.object({
        scope: z.enum(['organization', 'connection', 'item']),
        connectionId: z.string().nullable(),
        connectionName: z.string().nullable(),
        sku: z.string().nullable(),
        mode: protectionMode,
        oversellsPerMillion: z.int(),
        updatedAt: z.iso.datetime(),
      }),
    )
    .describe('From far to near: the nearest that is set holds.'),
  changes: z
    .array(
      z.object({
        scope: z.enum(['organization', 'connection', 'item']),
        connectionName: z.string().nullable(),
        sku: z.string().nullable(),
        at: z.iso.datetime(),
        mode: protectionMode.nullable().describe('Null: it was taken back.'),
        oversellsPerMillion: z.int().nullable(),
        actor: z.string(),
      }),
    )
    .describe('The latest, newest first.'),
  assumptions: z.array(guaranteeAssumptions),
})
export type ProtectionList = z.infer<typeof protectionList>

/** How one item is protected, and what that rests on. */
export const itemProtection = z.object({
  mode: protectionMode.describe(
    'The nearest setting for the item as a whole, its own or the organization’s; `auto` where none is set.',
  ),
  isOwn: z.boolean().describe('Set on the item itself.'),
  standing: itemStanding.nullable(),
  channels: z
    .array(
      z.object({
        connectionId: z.string(),
        connectionName: z.string(),
        mode: protectionMode.describe(
          'The setting that holds there: of the item, the connection or everything.',
        ),
        protection: z
          .enum(['open', 'buffered', 'tightening', 'guaranteed'])
          .describe('What that comes to now.'),
        keptBack: z
          .int()
          .min(0)
          .describe('Listing units that it shows fewer than its policies let it, because of that.'),
      }),
    )
    .describe('Of each connection that lists it.'),
  changed: z
    .object({ at: z.iso.datetime(), actor: z.string() })
    .nullable()
    .describe('When its own setting was last changed, and by whom; null: not on record.'),
  assumptions: z.array(guaranteeAssumptions),
})
export type ItemProtectionShape = z.infer<typeof itemProtection>
