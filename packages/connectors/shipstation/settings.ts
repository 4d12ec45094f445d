import { z } from 'zod'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind a simulator may live at. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.has(url.hostname)
}

/** ShipStation's ids are numbers. */
export function isId(text: string): boolean {
  return /^\d{1,15}$/.test(text)
}

export const settingsSchema = z.object({
  storeId: z
    .string()
    .trim()
    .regex(/^\d{1,15}$/, 'A number')
    .optional()
    .meta({
      title: 'Store number',
      description: 'Of the store that orders from here stand in. Leave empty for the manual store.',
      zh: { title: '店铺编号', description: '来自本系统的订单归属的店铺编号。留空则使用手动店铺。' },
    }),
  shippingService: z
    .string()
    .trim()
    .min(1)
    .default('Standard')
    .meta({
      title: 'Usual shipping service',
      description:
        'What people there read as asked for; ShipStation maps it (Settings, Shipping, Service Mapping).',
      zh: { title: '默认配送服务', description: '显示为“买家要求的服务”，由 ShipStation 的服务映射处理。' },
    }),
  stock: z
    .enum(['advisory', 'record'])
    .default('advisory')
    .meta({
      title: 'Whose count is right',
      description:
        'ShipStation prints labels; its stock is what somebody typed in. Choose its count only where you really keep stock there.',
      zh: {
        title: '以谁的库存为准',
        description:
          'ShipStation 是打单工具，其库存只是手工录入的数字。只有确实在其中管理库存时才选择以它为准。',
      },
      options: {
        advisory: { en: 'This hub’s', zh: '以本系统为准' },
        record: { en: 'ShipStation’s inventory', zh: '以 ShipStation 库存为准' },
      },
    }),
  inventoryWarehouses: z
    .array(
      z
        .string()
        .trim()
        .regex(/^[^=]+=[^=]+$/, 'Ship-from location=inventory warehouse'),
    )
    .default([])
    .meta({
      title: 'Which inventory lies where',
      description:
        'Where names differ: “ship-from location=inventory warehouse”, by name. Those of one name belong together.',
      zh: {
        title: '库存仓与发货地的对应',
        description: '名称不同时填写“发货地=库存仓”。名称相同的会自动对应。',
      },
    }),
  endpoint: z
    .string()
    .refine(isLoopback, 'Only an address of this machine: it is for the simulator')
    .optional()
    .meta({
      title: 'Simulator address',
      description: 'Leave empty for the real ShipStation.',
      zh: { title: '模拟器地址', description: '连接真实的 ShipStation 时请留空。' },
    }),
})

export type Settings = z.infer<typeof settingsSchema>

const secret = (title: string, description: string, zh: { title: string; description: string }) =>
  z.string().trim().min(1).meta({ secret: true, title, description, zh })

export const credentialsSchema = z.object({
  apiKey: secret('API key (V1)', 'Settings, Account, API Settings: V1.', {
    title: 'API 密钥（V1）',
    description: 'Settings → Account → API Settings，版本 V1。',
  }),
  apiSecret: secret('API secret (V1)', 'Beside the V1 key.', {
    title: 'API 密码（V1）',
    description: '在 V1 密钥旁边。',
  }),
  apiKeyV2: secret(
    'API key (V2)',
    'On the same page: V2. Orders are found again with it, and stock is read.',
    {
      title: 'API 密钥（V2）',
      description: '在同一页面，版本 V2。用于查回订单和读取库存。',
    },
  ),
})

export type Credentials = z.infer<typeof credentialsSchema>

/** Where V2's public keys are. */
export function keysUrl({ endpoint }: Settings): string {
  return endpoint === undefined ? 'https://api.shipengine.com/jwks' : `${endpoint.replace(/\/+$/, '')}/jwks`
}

/** Where requests go, without a slash at the end. */
export function baseUrl({ endpoint }: Settings, api: 'v1' | 'v2'): string {
  if (endpoint !== undefined) return endpoint.replace(/\/+$/, '')
  return api === 'v1' ? 'https://ssapi.shipstation.com' : 'https://api.shipstation.com'
}
