/** What a sample brand is called, in the language of whoever made it. */
export const sampleWords = {
  en: {
    brand: 'Sample brand',
    location: 'Main warehouse',
    shops: { shopify: 'Sample shop (Shopify)', woocommerce: 'Sample shop (WooCommerce)' },
  },
  zh: {
    brand: '示例品牌',
    location: '主仓库',
    shops: { shopify: '示例店铺（Shopify）', woocommerce: '示例店铺（WooCommerce）' },
  },
} as const

export type SampleLanguage = keyof typeof sampleWords
