import type { RestRoute } from './rest.ts'
import type { Shop } from './shop.ts'

/** The routes that tell what the site is like. */
export function siteRoutes({ shop, version }: { shop: Shop; version: () => string }): RestRoute[] {
  const { settings } = shop
  return [
    {
      methods: ['GET'],
      path: '',
      isPublic: true,
      handle: () => ({
        body: {
          name: settings.name,
          description: 'A simulated WooCommerce shop',
          gmt_offset: settings.siteOffsetHours,
          timezone_string: '',
          namespaces: ['wp/v2', 'wc/v1', 'wc/v2', 'wc/v3', 'wc/store/v1'],
        },
      }),
    },
    {
      methods: ['GET'],
      path: '/wc/v3/system_status',
      handle: () => ({
        body: {
          environment: { version: version(), wp_version: '6.9', php_version: '8.3.0' },
          settings: {
            currency: settings.currency,
            HPOS_enabled: settings.hpos,
            order_datastore: settings.hpos ? 'OrdersTableDataStore' : 'WC_Order_Data_Store_CPT',
            HPOS_sync_enabled: false,
          },
        },
      }),
    },
    {
      methods: ['GET'],
      path: '/wc/v3/settings/products',
      handle: () => ({
        body: [
          { id: 'woocommerce_manage_stock', value: settings.managesStock ? 'yes' : 'no' },
          {
            id: 'woocommerce_hold_stock_minutes',
            value: settings.holdStockMinutes === 0 ? '' : String(settings.holdStockMinutes),
          },
          { id: 'woocommerce_notify_no_stock_amount', value: '0' },
        ],
      }),
    },
  ]
}
