import { barcodeInput, conversionQuery, itemDraft, itemPatch, unitOfCode } from '@plimsoll/client'
import { comparableOf, refuse } from '@plimsoll/stock'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import {
  archiveItem,
  changeItem,
  convertUnits,
  createItem,
  getCatalogueItem,
  getItemChanges,
  lookUpCode,
} from '../item-catalogue.ts'
import { answerVersioned, readVersion, requireVersion } from './if-match.ts'
import type { ServerContext } from './server.ts'

const one = z.object({ sku: z.string().min(1) })
const oneBarcode = one.extend({ barcode: z.string().min(1) })
const oneUnit = one.extend({ unit: z.string().min(1) })
const oneCode = z.object({ code: z.string().min(1) })
const page = z.object({
  cursor: z.uuid('give the cursor of the page before').optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
/** A request without a body may come without any. */
const nothing = z.strictObject({}).nullish()

const ACTOR = 'api'

/** What items are: /items/:sku and what lies below it, and GET /item-codes/:code. */
export function catalogueRoutes(hub: ServerContext): FastifyPluginAsync {
  const { context } = hub
  return async (app) => {
    app.get('/items/:sku/catalogue', async (request, reply) =>
      answerVersioned(reply, await getCatalogueItem(context, one.parse(request.params).sku)),
    )
    app.get('/items/:sku/changes', async (request) =>
      getItemChanges(context, one.parse(request.params).sku, page.parse(request.query)),
    )
    app.put('/items/:sku', async (request, reply) => {
      const { sku } = one.parse(request.params)
      const item = await createItem(context, ACTOR, { ...itemDraft.parse(request.body), sku })
      return answerVersioned(reply.status(201), item)
    })
    app.patch('/items/:sku', async (request, reply) => {
      const { sku } = one.parse(request.params)
      const row = { ...itemPatch.parse(request.body), version: requireVersion(request) }
      return answerVersioned(reply, await changeItem(context, ACTOR, sku, () => row))
    })
    app.post('/items/:sku/archive', async (request, reply) => {
      nothing.parse(request.body)
      const { sku } = one.parse(request.params)
      return answerVersioned(reply, await archiveItem(context, ACTOR, { sku, version: readVersion(request) }))
    })
    app.post('/items/:sku/restore', async (request, reply) => {
      nothing.parse(request.body)
      const { sku } = one.parse(request.params)
      const row = { archived: false, version: readVersion(request) }
      return answerVersioned(reply, await changeItem(context, ACTOR, sku, () => row))
    })
    app.post('/items/:sku/barcodes', async (request, reply) => {
      const { sku } = one.parse(request.params)
      const added = barcodeInput.parse(request.body)
      const item = await changeItem(context, ACTOR, sku, ({ barcodes }) => ({
        barcodes: [...barcodes.filter(({ barcode }) => !isSame(barcode, added.barcode)), added],
        version: readVersion(request),
      }))
      return answerVersioned(reply.status(201), item)
    })
    app.delete('/items/:sku/barcodes/:barcode', async (request, reply) => {
      const { sku, barcode: gone } = oneBarcode.parse(request.params)
      const item = await changeItem(context, ACTOR, sku, ({ barcodes }) => {
        const kept = barcodes.filter(({ barcode }) => !isSame(barcode, gone))
        return kept.length === barcodes.length
          ? refuse('unknown-barcode', 'barcode', `The item "${sku}" has no barcode "${gone}".`)
          : { barcodes: kept, version: readVersion(request) }
      })
      return answerVersioned(reply, item)
    })
    app.put('/items/:sku/units/:unit', async (request, reply) => {
      const { sku, unit: code } = oneUnit.parse(request.params)
      const unit = { code, ...unitOfCode.parse(request.body) }
      const item = await changeItem(context, ACTOR, sku, ({ units }) => ({
        units: [...units.filter((each) => each.code !== code), unit],
        version: readVersion(request),
      }))
      return answerVersioned(reply, item)
    })
    app.delete('/items/:sku/units/:unit', async (request, reply) => {
      const { sku, unit: code } = oneUnit.parse(request.params)
      const item = await changeItem(context, ACTOR, sku, ({ units }) => {
        const kept = units.filter((each) => each.code !== code)
        return kept.length === units.length
          ? refuse('unknown-unit', 'unit', `The item "${sku}" has no unit "${code}" beside its base unit.`)
          : { units: kept, version: readVersion(request) }
      })
      return answerVersioned(reply, item)
    })
    app.get('/items/:sku/conversion', async (request) =>
      convertUnits(context, one.parse(request.params).sku, conversionQuery.parse(request.query)),
    )
    app.get('/item-codes/:code', async (request) => lookUpCode(context, oneCode.parse(request.params).code))
  }
}

function isSame(barcode: string, other: string): boolean {
  return comparableOf(barcode) === comparableOf(other.trim())
}
