import { applicationKeyOf, ConnectionRegistry, type SyncContext } from '@plimsoll/sync'
import type { Answer, ServedHub } from './served-hub.ts'

/** What the first brand asks about grants and applications of the second. */

/** A grant of the second brand: see `insertPassingRows`. */
export const OTHER_GRANT = '00000000-0000-7000-8000-0000000000aa'

export const grantReads: Record<string, string[]> = {
  '/api/v1/connectors': ['/api/v1/connectors'],
  '/api/v1/grants/:id': [`/api/v1/grants/${OTHER_GRANT}`],
  '/api/v1/listing-changes': ['/api/v1/listing-changes'],
  '/api/v1/applications': ['/api/v1/applications'],
  // One of the second organization is asked for by the test itself, once it is there.
  '/api/v1/connections/:id/locations': ['/api/v1/connections/00000000-0000-7000-8000-000000000000/locations'],
  '/api/v1/connections/:id/places': ['/api/v1/connections/00000000-0000-7000-8000-000000000000/places'],
  '/webhooks/:connectionId': ['/webhooks/00000000-0000-7000-8000-000000000000'],
  '/webhooks/applications/:connector/:application': ['/webhooks/applications/woocommerce/none'],
}

export function grantWrites(
  { ask, askFirst }: Pick<ServedHub, 'ask' | 'askFirst'>,
  other: { context: SyncContext; connectionId: string; listingId: string },
): Record<string, () => Promise<Answer>> {
  const { context, connectionId, listingId } = other
  const toNobody = { locations: [{ externalId: 'default', locations: [] }] }
  return {
    'POST /api/v1/connections/:id/check': () => ask('POST', `/api/v1/connections/${connectionId}/check`, {}),
    'POST /api/v1/listing-changes/:id': () =>
      ask('POST', `/api/v1/listing-changes/${listingId}`, { choice: 'unmap' }),
    'PUT /api/v1/connections/:id/locations': () =>
      ask('PUT', `/api/v1/connections/${connectionId}/locations`, toNobody),
    'POST /api/v1/connections/:id/locations/preview': () =>
      ask('POST', `/api/v1/connections/${connectionId}/locations/preview`, toNobody),
    'PUT /api/v1/connections/:id/places/:place': () =>
      ask('PUT', `/api/v1/connections/${connectionId}/places/depot`, { location: 'MAIN' }),
    'POST /api/v1/connections/:id/places/:place/accept': () =>
      ask('POST', `/api/v1/connections/${connectionId}/places/depot/accept`),
    // WooCommerce has no address for an application; the other's own is by its key, which is no key here.
    'PUT /api/v1/applications/:connector': () =>
      ask('PUT', '/api/v1/applications/nobody', { credentials: { key: 'x' } }),
    'DELETE /api/v1/applications/:connector/:application': () =>
      ask('DELETE', '/api/v1/applications/woocommerce/other-application'),
    'POST /webhooks/applications/:connector/:application': async () => {
      const theirs = await new ConnectionRegistry(context).find(connectionId)
      if (theirs === undefined) throw new Error('the second brand has no connection')
      // The hub itself leads it to whose it is; the first organization has no part in that.
      return await askFirst('POST', `/webhooks/applications/woocommerce/${applicationKeyOf(theirs)}`, {})
    },
    'DELETE /api/v1/grants/:id': () => ask('DELETE', `/api/v1/grants/${OTHER_GRANT}`),
    'POST /api/v1/grants': () => ask('POST', '/api/v1/grants', { connector: 'woocommerce', connectionId }),
  }
}
