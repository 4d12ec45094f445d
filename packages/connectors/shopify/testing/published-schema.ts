import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { buildClientSchema, type GraphQLSchema } from 'graphql'

/** The published schema, outside the repository: without it tests test less, and say so. */
export function loadPublishedSchema(): GraphQLSchema | undefined {
  const shared = process.env.PLIMSOLL_SHARED ?? new URL('../../../../../shared', import.meta.url).pathname
  const file = `${shared}/specs/shopify/admin_2026-10.json.gz`
  if (!existsSync(file)) {
    console.info('Shopify: the published schema is not here; set PLIMSOLL_SHARED to compare with it.')
    return undefined
  }
  const json = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'))
  // It deprecates fields that its interfaces do not, which graphql-js would refuse.
  return buildClientSchema(json.data ?? json, { assumeValid: true })
}
