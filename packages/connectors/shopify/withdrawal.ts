import { type CallOptions, Invalid, Malformed, NotFound } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { toUserError, userErrorSchema } from './answers.ts'
import type { Answer, Api } from './api.ts'
import { PLACEMENT, PUBLICATIONS, PUBLISH, UNPUBLISH } from './documents.ts'
import { gidSchema } from './ids.ts'
import { pageInfoSchema, readAllPages } from './pages.ts'

// Since 2026-07 a variant is published and unpublished by itself, on each publication (a sales channel, a catalogue of a
// market or of a company) where its product is: shopify.dev/changelog/publish-and-unpublish-product-variants-independently-
// from-product. Off all of them it is sold to nobody; its number, its product and its siblings stay as they are.

/** Publications of these catalogues are told one kind at a time; `APP` are the sales channels. */
const CATALOG_TYPES = ['APP', 'MARKET', 'COMPANY_LOCATION', 'NONE'] as const

const publicationsSchema = z.object({
  productVariant: z
    .object({
      id: gidSchema,
      resourcePublicationsV2: z.object({
        nodes: z.array(z.object({ publication: z.object({ id: gidSchema }) })),
        pageInfo: pageInfoSchema,
      }),
    })
    .nullable(),
})

/** The publications that the variant is published on, as the text that the hub keeps. */
export async function readPlacement(
  api: Api,
  externalId: string,
  options: CallOptions = {},
): Promise<string> {
  return JSON.stringify(await readPublications(api, externalId, options))
}

/** @throws Invalid where it is on sale somewhere all the same */
export async function withdraw(api: Api, externalId: string, options: CallOptions = {}): Promise<void> {
  const published = await readPublications(api, externalId, options)
  if (published.length === 0) return
  await change(api, { externalId, publicationIds: published, to: 'unpublished' }, options)
  // An answer without errors says only that the change was taken.
  const left = await readPublications(api, externalId, options)
  if (left.length > 0)
    throw new Invalid(`Shopify left ${externalId} on ${left.length} publications`, 'publicationId')
}

const placementSchema = z.array(gidSchema)

/** @throws Invalid where it is not on sale again everywhere */
export async function reinstate(
  api: Api,
  externalId: string,
  { placement, ...options }: CallOptions & { placement?: string } = {},
): Promise<void> {
  const wanted = toPublicationIds(placement)
  const published = new Set(await readPublications(api, externalId, options))
  const missing = await existing(
    api,
    wanted.filter((id) => !published.has(id)),
    options,
  )
  if (missing.length === 0) return
  await change(api, { externalId, publicationIds: missing, to: 'published' }, options)
  const now = new Set(await readPublications(api, externalId, options))
  const lacking = missing.filter((id) => !now.has(id))
  if (lacking.length > 0)
    throw new Invalid(
      `Shopify did not put ${externalId} back on ${lacking.length} publications`,
      'publicationId',
    )
}

const nodesSchema = z.object({ nodes: z.array(z.object({ id: gidSchema }).nullable()) })

/** A sales channel may have been removed meanwhile: one that is gone would have the whole call refused. */
async function existing(api: Api, ids: readonly string[], options: CallOptions): Promise<string[]> {
  const found = new Set<string>()
  for (let from = 0; from < ids.length; from += PUBLICATIONS_AT_ONCE) {
    const some = ids.slice(from, from + PUBLICATIONS_AT_ONCE)
    const { data } = await api.read(PUBLICATIONS, { ids: some }, nodesSchema, options)
    for (const node of data.nodes) if (node !== null) found.add(node.id)
  }
  return ids.filter((id) => found.has(id))
}

/** What the hub kept was written here. */
function toPublicationIds(placement: string | undefined): string[] {
  if (placement === undefined || placement === '') return []
  const parsed = placementSchema.safeParse(JSON.parse(placement))
  if (!parsed.success) throw new Malformed('The hub kept no list of publications', placement)
  return parsed.data
}

/** Sorted, so that the same places are the same text. */
async function readPublications(api: Api, externalId: string, options: CallOptions): Promise<string[]> {
  const ids = new Set<string>()
  for (const catalogType of CATALOG_TYPES) {
    const nodes = await readAllPages(async (after) => {
      const variables = { id: externalId, catalogType, after }
      const { data } = await api.read(PLACEMENT, variables, publicationsSchema, options)
      if (data.productVariant === null) throw new NotFound(`Shopify has no variant ${externalId}`)
      if (data.productVariant.id !== externalId)
        throw new Malformed(`Shopify answered ${externalId} with ${data.productVariant.id}`, externalId)
      return data.productVariant.resourcePublicationsV2
    })
    for (const { publication } of nodes) ids.add(publication.id)
  }
  return [...ids].sort()
}

const payloadSchema = z.object({ userErrors: z.array(userErrorSchema) }).nullable()
const publishSchema = z.object({ publishablePublish: payloadSchema })
const unpublishSchema = z.object({ publishableUnpublish: payloadSchema })

async function change(
  api: Api,
  {
    externalId,
    publicationIds,
    to,
  }: { externalId: string; publicationIds: readonly string[]; to: 'published' | 'unpublished' },
  options: CallOptions,
): Promise<void> {
  for (let from = 0; from < publicationIds.length; from += PUBLICATIONS_AT_ONCE) {
    const some = publicationIds.slice(from, from + PUBLICATIONS_AT_ONCE)
    const variables = { id: externalId, input: some.map((publicationId) => ({ publicationId })) }
    if (to === 'published') {
      const answer = await api.change(PUBLISH, variables, publishSchema, options)
      expectDone(answer, answer.data.publishablePublish)
    } else {
      const answer = await api.change(UNPUBLISH, variables, unpublishSchema, options)
      expectDone(answer, answer.data.publishableUnpublish)
    }
  }
}

/** An input list may hold 250. */
const PUBLICATIONS_AT_ONCE = 250

function expectDone({ partial, detail }: Answer<unknown>, payload: z.infer<typeof payloadSchema>): void {
  const [error] = payload?.userErrors ?? []
  if (error !== undefined) throw toUserError(error, detail)
  if (partial !== undefined) throw partial
  if (payload === null) throw new Malformed('Shopify answered a change with nothing', 'null', true, detail)
}
