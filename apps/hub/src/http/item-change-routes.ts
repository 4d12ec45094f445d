import { archivedItem, barcodeInput, catalogueItem, itemPatch, unitOfCode } from '@plimsoll/client'
import { comparableOf, refuse } from '@plimsoll/stock'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { archiveItem, changeItem } from '../item-catalogue.ts'
import type { ErrorCode } from './error-codes.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

/** What an item may be refused for, made or changed. */
export const CHANGE_ERRORS = [
  'invalid-text',
  'invalid-language-tag',
  'unknown-custom-field',
  'invalid-custom-field',
  'invalid-unit',
  'invalid-factor',
  'unknown-unit',
  'invalid-barcode',
  'barcode-check-digit',
  'barcode-taken',
  'unknown-product',
  'options-mismatch',
  'variant-taken',
] as const satisfies readonly ErrorCode[]

const tag = 'The catalogue'
const params = z.object({ sku: z.string().min(1) })
/** A request that says nothing more may come without a body. */
const nothing = z.strictObject({}).nullish()

/** PATCH /items/:sku; POST /items/:sku/{archive|restore|barcodes}; /items/:sku/{barcodes|units}/:code. */
export function itemChangeRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'PATCH',
        path: '/items/:sku',
        operation: 'changeItem',
        tag,
        summary: 'Changes an item; what is absent is left alone.',
        params,
        body: itemPatch,
        version: 'required',
        answers: { 200: catalogueItem },
        errors: ['unknown-item', 'version-changed', 'tracking-fixed', 'unit-in-use', ...CHANGE_ERRORS],
      },
      async ({ params: { sku }, body, version, actor }) => ({
        200: await change({ sku, version, actor }, () => body),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/items/:sku/archive',
        operation: 'archiveItem',
        tag,
        summary: 'Takes an item out of use, and says which listings still sell it.',
        params,
        body: nothing,
        version: 'heeded',
        answers: { 200: archivedItem },
        errors: ['unknown-item', 'version-changed'],
      },
      async ({ params: { sku }, version, actor }) => ({
        200: await archiveItem(context, actor, { sku, version: toNumber(version) }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/items/:sku/restore',
        operation: 'restoreItem',
        tag,
        summary: 'Takes an archived item into use again.',
        params,
        body: nothing,
        version: 'heeded',
        answers: { 200: catalogueItem },
        errors: ['unknown-item', 'version-changed', 'variant-taken'],
      },
      async ({ params: { sku }, version, actor }) => ({
        200: await change({ sku, version, actor }, () => ({ archived: false })),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/items/:sku/barcodes',
        operation: 'addBarcode',
        tag,
        summary: 'Adds a barcode, or gives the one that is there another unit.',
        params,
        body: barcodeInput,
        version: 'heeded',
        answers: { 201: catalogueItem },
        errors: [
          'unknown-item',
          'version-changed',
          'invalid-barcode',
          'barcode-check-digit',
          'barcode-taken',
          'unknown-unit',
        ],
      },
      async ({ params: { sku }, body, version, actor }) => ({
        201: await change({ sku, version, actor }, ({ barcodes }) => ({
          barcodes: [...barcodes.filter(({ barcode }) => !isSame(barcode, body.barcode)), body],
        })),
      }),
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/items/:sku/barcodes/:barcode',
        operation: 'removeBarcode',
        tag,
        summary: 'Takes a barcode away.',
        params: params.extend({ barcode: z.string().min(1) }),
        version: 'heeded',
        answers: { 200: catalogueItem },
        errors: ['unknown-item', 'version-changed', 'unknown-barcode'],
      },
      async ({ params: { sku, barcode: gone }, version, actor }) => ({
        200: await change({ sku, version, actor }, ({ barcodes }) => {
          const kept = barcodes.filter(({ barcode }) => !isSame(barcode, gone))
          return kept.length === barcodes.length
            ? refuse('unknown-barcode', 'barcode', `The item "${sku}" has no barcode "${gone}".`)
            : { barcodes: kept }
        }),
      }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/items/:sku/units/:unit',
        operation: 'saveUnit',
        tag,
        summary: 'Adds a unit of measure or changes it.',
        params: params.extend({ unit: z.string().min(1) }),
        body: unitOfCode,
        version: 'heeded',
        answers: { 200: catalogueItem },
        errors: ['unknown-item', 'version-changed', 'invalid-text', 'invalid-unit', 'invalid-factor'],
      },
      async ({ params: { sku, unit: code }, body, version, actor }) => ({
        200: await change({ sku, version, actor }, ({ units }) => ({
          units: [...units.filter((each) => each.code !== code), { code, ...body }],
        })),
      }),
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/items/:sku/units/:unit',
        operation: 'removeUnit',
        tag,
        summary: 'Takes a unit of measure away.',
        params: params.extend({ unit: z.string().min(1) }),
        version: 'heeded',
        answers: { 200: catalogueItem },
        errors: ['unknown-item', 'version-changed', 'unknown-unit', 'unit-in-use'],
      },
      async ({ params: { sku, unit: code }, version, actor }) => ({
        200: await change({ sku, version, actor }, ({ units }) => {
          const kept = units.filter((each) => each.code !== code)
          return kept.length === units.length
            ? refuse('unknown-unit', 'unit', `The item "${sku}" has no unit "${code}" beside its base unit.`)
            : { units: kept }
        }),
      }),
    )
  }

  type ToRow = Parameters<typeof changeItem>[3]

  type Asked = { sku: string; version: number | 'any' | undefined; actor: string }

  function change({ sku, version, actor }: Asked, toRow: ToRow) {
    return changeItem(context, actor, sku, (item) => {
      const row = toRow(item)
      return 'kind' in row ? row : { ...row, version: toNumber(version) }
    })
  }
}

function toNumber(version: number | 'any' | undefined): number | undefined {
  return version === 'any' ? undefined : version
}

function isSame(barcode: string, other: string): boolean {
  return comparableOf(barcode) === comparableOf(other.trim())
}
