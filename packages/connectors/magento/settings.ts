import { z } from 'zod'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind a simulator may live at. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.has(url.hostname)
}

/** What a person fills in to connect a shop. The connect form is drawn from these. */
export const settings = z.object({
  url: z
    .string()
    .trim()
    .regex(/^https?:\/\/[^\s?#@]+$/i, 'the address of the shop, for example https://shop.example')
    // People copy what they find: with the path of the interface, its version, a slash.
    .transform((url) =>
      url
        .replace(/\/+$/, '')
        .replace(/\/rest(\/.*)?$/, '')
        .replace(/\/V1(\/.*)?$/, ''),
    )
    .meta({
      title: 'Shop address',
      description:
        'The base address: https://shop.example. Of Adobe Commerce as a Cloud Service the REST endpoint with its tenant: https://na1.api.commerce.adobe.com/TENANT.',
      zh: {
        title: '店铺地址',
        description:
          '基础网址：https://shop.example。若使用 Adobe Commerce 云服务，请填写带租户编号的 REST 端点：https://na1.api.commerce.adobe.com/TENANT。',
      },
    }),
  edition: z
    .enum(['self-hosted', 'cloud-service'])
    .default('self-hosted')
    .meta({
      title: 'Edition',
      description:
        'Self-hosted: Magento Open Source, Mage-OS, Adobe Commerce on premises or on its cloud. Cloud service: Adobe Commerce as a Cloud Service.',
      zh: {
        title: '版本',
        description:
          '自托管：Magento 开源版、Mage-OS、本地或云端的 Adobe Commerce。云服务：Adobe Commerce as a Cloud Service。',
      },
      options: {
        'self-hosted': { en: 'Magento, Mage-OS, Adobe Commerce', zh: 'Magento、Mage-OS、Adobe Commerce' },
        'cloud-service': { en: 'Adobe Commerce as a Cloud Service', zh: 'Adobe Commerce 云服务' },
      },
    }),
  store: z
    .string()
    .trim()
    .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'the code of a store view, or all')
    .default('all')
    .meta({
      title: 'Store view',
      description:
        'The code of a store view: then only the sources that its website sells from are written, and only orders of websites that sell from the same stock are read. "all" for a shop whose websites share one stock.',
      zh: {
        title: '店铺视图',
        description:
          '店铺视图的代码：此时只写入该网站所售库存的货源，并且只读取共用同一库存的网站的订单。若店铺的所有网站共用一个库存，请填 "all"。',
      },
    }),
  sources: z
    .array(z.string().trim().min(1))
    .default([])
    .meta({
      title: 'Sources',
      description: 'Codes of the sources that the hub may write. Empty: all that are enabled.',
      zh: { title: '货源', description: '中枢可以写入的货源代码。留空表示所有已启用的货源。' },
    }),
  barcodeAttribute: z
    .string()
    .trim()
    .regex(/^[a-z0-9_]*$/, 'an attribute code, such as ean')
    .default('')
    .meta({
      title: 'Barcode attribute',
      description: 'The code of the product attribute that holds the barcode, such as ean. Empty: none.',
      zh: { title: '条码属性', description: '保存条码的商品属性代码，例如 ean。留空表示没有。' },
    }),
  asynchronousIncreases: z
    .boolean()
    .default(false)
    .meta({
      title: 'Raise in bulk',
      description:
        'Many raised quantities go through the asynchronous bulk interface. Only where the message queue consumer async.operations.all always runs: what waits in a stuck queue acts whenever it is started again.',
      zh: {
        title: '批量上调',
        description:
          '大量上调的数量通过异步批量接口写入。仅适用于消息队列消费者 async.operations.all 始终运行的店铺：卡住的队列一旦恢复，其中等待的写入就会生效。',
      },
    }),
  paidCancellations: z
    .enum(['refuse', 'offline', 'online'])
    .default('refuse')
    .meta({
      title: 'Cancelling paid orders',
      description:
        'Magento cancels no order that is invoiced; it takes a credit memo. Offline: the memo is made, the money is returned by you. Online: it is returned through the payment method at once.',
      zh: {
        title: '取消已付款订单',
        description:
          'Magento 无法取消已开票的订单，需要开具贷项凭证。线下：仅开具凭证，由您退款。线上：立即通过支付方式退款。',
      },
      options: {
        refuse: { en: 'Not from here', zh: '不在此处取消' },
        offline: { en: 'Credit memo, money returned by hand', zh: '贷项凭证，人工退款' },
        online: { en: 'Credit memo, money returned at once', zh: '贷项凭证，立即退款' },
      },
    }),
  identityUrl: z
    .string()
    .refine(isLoopback, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({
      title: 'Simulator of the identity service',
      description: 'Leave empty for the real Adobe.',
      zh: { title: '身份服务模拟器', description: '连接真实的 Adobe 时请留空。' },
    }),
})
export type Settings = z.infer<typeof settings>

const secret = (title: string, description: string, zh: { title: string; description: string }) =>
  z.string().trim().min(1).optional().meta({ secret: true, title, description, zh })

/**
 * Three ways in: the four secrets of an integration (every request is signed), its access token alone (where the shop
 * allows that), or client credentials of Adobe's identity service.
 */
export const credentials = z
  .object({
    consumerKey: secret('Consumer key', 'System > Integrations, once the integration is activated.', {
      title: '消费者密钥',
      description: '在"系统 > 集成"中激活集成后显示。',
    }),
    consumerSecret: secret('Consumer secret', 'Beside the consumer key.', {
      title: '消费者密码',
      description: '在消费者密钥旁边。',
    }),
    accessToken: secret(
      'Access token',
      'Beside the consumer key. Alone it works only where the shop allows integration tokens as bearer tokens.',
      {
        title: '访问令牌',
        description: '在消费者密钥旁边。仅当店铺允许将集成令牌用作 Bearer 令牌时才可单独使用。',
      },
    ),
    accessTokenSecret: secret('Access token secret', 'Beside the access token.', {
      title: '访问令牌密码',
      description: '在访问令牌旁边。',
    }),
    clientId: secret('Client ID', 'Cloud service only: Adobe Developer Console, OAuth server-to-server.', {
      title: '客户端 ID',
      description: '仅云服务：Adobe Developer Console 中的 OAuth 服务器到服务器凭据。',
    }),
    clientSecret: secret('Client secret', 'Cloud service only: beside the client ID.', {
      title: '客户端密钥',
      description: '仅云服务：在客户端 ID 旁边。',
    }),
    imsOrganization: secret('Organization ID', 'Cloud service only: ends with @AdobeOrg.', {
      title: '组织 ID',
      description: '仅云服务：以 @AdobeOrg 结尾。',
    }),
  })
  .refine((given) => authorizationOf(given) !== undefined, {
    message:
      'All four secrets of an integration, or its access token alone, or client ID, client secret and organization ID',
    path: ['accessToken'],
  })
export type Credentials = z.infer<typeof credentials>

/** How requests prove who sends them. */
export type Authorization =
  | { kind: 'oauth1'; consumerKey: string; consumerSecret: string; token: string; tokenSecret: string }
  | { kind: 'bearer'; token: string }
  | { kind: 'ims'; clientId: string; clientSecret: string; organization: string }

/** What the given credentials are enough for; undefined: for nothing. */
export function authorizationOf(given: {
  consumerKey?: string | undefined
  consumerSecret?: string | undefined
  accessToken?: string | undefined
  accessTokenSecret?: string | undefined
  clientId?: string | undefined
  clientSecret?: string | undefined
  imsOrganization?: string | undefined
}): Authorization | undefined {
  const { consumerKey, consumerSecret, accessToken, accessTokenSecret } = given
  const { clientId, clientSecret, imsOrganization } = given
  if (clientId && clientSecret && imsOrganization) {
    return { kind: 'ims', clientId, clientSecret, organization: imsOrganization }
  }
  if (!accessToken) return undefined
  if (consumerKey && consumerSecret && accessTokenSecret) {
    return { kind: 'oauth1', consumerKey, consumerSecret, token: accessToken, tokenSecret: accessTokenSecret }
  }
  // Half of a set is a slip of the pen, and would be refused by the shop in words that nobody understands.
  if (consumerKey || consumerSecret || accessTokenSecret) return undefined
  return { kind: 'bearer', token: accessToken }
}
