import {
  catalogueItem,
  conversion,
  conversionQuery,
  foundCode,
  itemChangePage,
  itemDraft,
} from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { convertUnits, createItem, getCatalogueItem, getItemChanges, lookUpCode } from '../item-catalogue.ts'
import { CHANGE_ERRORS } from './item-change-routes.ts'
import { pageQuery } from './page-query.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'The catalogue'
const params = z.object({ sku: z.string().min(1) })

/** PUT /items/:sku; GET /items/:sku/{catalogue|changes|conversion}, /item-codes/:code. */
export function catalogueRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/items/:sku',
        operation: 'createItem',
        tag,
        summary: 'Makes an item.',
        params,
        body: itemDraft,
        version: 'answered',
        answers: { 201: catalogueItem },
        errors: ['sku-taken', ...CHANGE_ERRORS],
      },
      async ({ params: { sku }, body, actor }) => ({
        201: await createItem(context, actor, { ...body, sku }),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/catalogue',
        operation: 'getCatalogueItem',
        tag,
        summary: 'What an item is, archived or not.',
        params,
        version: 'answered',
        answers: { 200: catalogueItem },
        errors: ['unknown-item'],
      },
      async ({ params: { sku } }) => ({ 200: await getCatalogueItem(context, sku) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/changes',
        operation: 'listItemChanges',
        tag,
        summary: 'What was changed of an item, by whom and when, newest first.',
        params,
        query: pageQuery,
        answers: { 200: itemChangePage },
        errors: ['unknown-item'],
      },
      async ({ params: { sku }, query }) => ({ 200: await getItemChanges(context, sku, query) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/conversion',
        operation: 'convertUnits',
        tag,
        summary: 'A quantity of a unit in base units, or base units in whole ones of a unit.',
        params,
        query: conversionQuery,
        answers: { 200: conversion },
        errors: [
          'unknown-item',
          'unknown-unit',
          'conversion-remainder',
          'quantity-unreadable',
          'quantity-not-whole',
          'quantity-out-of-range',
        ],
      },
      async ({ params: { sku }, query }) => ({ 200: await convertUnits(context, sku, query) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/item-codes/:code',
        operation: 'findItemByCode',
        tag,
        summary: 'What a scanned code means, SKU or barcode: an item, and how many base units.',
        params: z.object({ code: z.string().min(1) }),
        answers: { 200: foundCode },
        errors: ['unknown-code', 'ambiguous-code'],
      },
      async ({ params: { code } }) => ({ 200: await lookUpCode(context, code) }),
    )
  }
}
