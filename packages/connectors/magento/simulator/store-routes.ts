import type { Bulks } from './bulks.ts'
import { gmt, type RestRoute } from './rest.ts'
import type { Shop } from './shop.ts'

/** The shop itself, and what has become of what waits in its message queue. */
export function storeRoutes({
  shop,
  bulks,
  origin,
}: {
  shop: Shop
  bulks: Bulks
  origin: () => string
}): RestRoute[] {
  const { settings, storeViews, websites, catalogue } = shop
  const status = (id: string | undefined) => {
    const bulk = bulks.find(id ?? '')
    return {
      bulk,
      head: {
        user_type: 1,
        bulk_id: bulk.id,
        description: `Topic ${bulk.topic}`,
        start_time: gmt(bulk.startedMs),
        user_id: 1,
        operation_count: bulk.operations.length,
      },
    }
  }
  return [
    {
      method: 'GET',
      path: 'modules',
      resource: 'Magento_Backend::all',
      handle: () => [
        'Magento_Store',
        'Magento_Catalog',
        ...(settings.multiSource ? ['Magento_Inventory', 'Magento_InventoryApi'] : []),
      ],
    },
    {
      method: 'GET',
      path: 'store/websites',
      resource: 'Magento_Backend::store',
      handle: () => websites.map(({ id, code }) => ({ id, code, name: code, default_group_id: 1 })),
    },
    {
      method: 'GET',
      path: 'store/storeViews',
      resource: 'Magento_Backend::store',
      handle: () =>
        storeViews.map(({ id, code, websiteId }) => ({
          id,
          code,
          name: code,
          website_id: websiteId,
          store_group_id: websiteId,
          is_active: 1,
        })),
    },
    {
      method: 'GET',
      path: 'store/storeConfigs',
      resource: 'Magento_Backend::store',
      handle: () =>
        storeViews.map(({ id, code, websiteId }) => ({
          id,
          code,
          website_id: websiteId,
          locale: 'en_GB',
          base_currency_code: settings.currency,
          default_display_currency_code: settings.currency,
          timezone: 'Europe/Berlin',
          weight_unit: 'kgs',
          base_url: `${origin()}/`,
          base_link_url: `${origin()}/`,
          base_static_url: `${origin()}/static/`,
          base_media_url: `${origin()}/media/`,
          secure_base_url: `${origin()}/`,
          secure_base_link_url: `${origin()}/`,
          secure_base_static_url: `${origin()}/static/`,
          secure_base_media_url: `${origin()}/media/`,
        })),
    },
    {
      method: 'GET',
      path: 'bulk/:bulkUuid/status',
      resource: 'Magento_Logging::system_magento_logging_bulk_operations',
      handle({ params }) {
        const { bulk, head } = status(params.bulkUuid)
        return {
          ...head,
          operations_list: bulk.operations.map(({ id, status: state, message }) => ({
            id,
            status: state,
            result_message: message,
            error_code: null,
          })),
        }
      },
    },
    {
      method: 'GET',
      path: 'bulk/:bulkUuid/detailed-status',
      resource: 'Magento_Logging::system_magento_logging_bulk_operations',
      handle({ params }) {
        const { bulk, head } = status(params.bulkUuid)
        return {
          ...head,
          operations_list: bulk.operations.map(({ id, request, status: state, message }) => ({
            id,
            bulk_uuid: bulk.id,
            topic_name: bulk.topic,
            serialized_data: JSON.stringify({
              entity_id: null,
              entity_link: '',
              meta_information: JSON.stringify(request),
            }),
            result_serialized_data: null,
            status: state,
            result_message: message,
            error_code: null,
          })),
        }
      },
    },
    {
      method: 'GET',
      path: 'products/types',
      resource: 'Magento_Catalog::products',
      handle: () =>
        [...new Set(catalogue.all().map(({ type }) => type))].map((name) => ({ name, label: name })),
    },
  ]
}
