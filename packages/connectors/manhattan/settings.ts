import { z } from 'zod'
import { PATHS, readPath } from './paths.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind a simulator may live at. */
function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.has(url.hostname)
}

/** Goes into a header and into searches: what Manhattan lets ids of places and organizations be. */
const placeId = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,49}$/, 'Letters, digits, spaces, dots, hyphens and underscores')
const word = (max: number) => z.string().trim().min(1).max(max)

export const settingsSchema = z
  .object({
    product: z
      .enum(['wm', 'omni'])
      .default('wm')
      .meta({
        title: 'Product',
        description: 'Warehouse Management keeps the shelves; Omni keeps orders and what may be promised.',
        zh: { title: '产品', description: 'Warehouse Management 管理仓库；Omni 管理订单与可承诺库存。' },
        options: {
          wm: { en: 'Manhattan Active Warehouse Management', zh: 'Manhattan Active 仓库管理' },
          omni: { en: 'Manhattan Active Omni', zh: 'Manhattan Active 全渠道' },
        },
      }),
    environment: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'What stands before .sce.manh.com or .omni.manh.com')
      .meta({
        title: 'Environment',
        description: 'The first part of its address: acme of https://acme.sce.manh.com.',
        zh: { title: '环境', description: '网址的第一部分：https://acme.sce.manh.com 中的 acme。' },
      }),
    domain: z
      .enum(['sce', 'omni', 'scp'])
      .optional()
      .meta({
        title: 'Domain',
        description: 'The part behind it. Empty: sce for Warehouse Management, omni for Omni.',
        zh: { title: '域', description: '其后的部分。留空：仓库管理用 sce，全渠道用 omni。' },
      }),
    organization: placeId.meta({
      title: 'Organization',
      description: 'Sent with every call as selectedOrganization.',
      zh: { title: '组织', description: '随每次调用以 selectedOrganization 发送。' },
    }),
    facilities: z
      .array(placeId)
      .min(1, 'At least one')
      .max(50)
      .meta({
        title: 'Facilities',
        description: 'Ids of those that the hub counts and sends from; sent as selectedLocation.',
        zh: { title: '仓库设施', description: '枢纽盘点并发货的设施编号；以 selectedLocation 发送。' },
      }),
    businessUnit: placeId.optional().meta({
      title: 'Business unit',
      description: 'Sent as selectedBusinessUnit, where the environment has several.',
      zh: { title: '业务单元', description: '环境有多个业务单元时以 selectedBusinessUnit 发送。' },
    }),
    viewName: word(100)
      .optional()
      .meta({
        title: 'Availability view',
        description: 'Omni only: the name of the view that says what may be promised.',
        zh: { title: '可用量视图', description: '仅全渠道：说明可承诺数量的视图名称。' },
      }),
    orderType: word(50)
      .optional()
      .meta({
        title: 'Type of orders',
        description: 'OrderType of what the hub asks for. Empty: the environment’s own default.',
        zh: { title: '订单类型', description: '枢纽所下订单的 OrderType。留空：使用环境默认值。' },
      }),
    numberField: z
      .string()
      .trim()
      .regex(/^(Extended\.)?[A-Za-z][A-Za-z0-9]{0,59}$/, 'A field, or Extended. and a field')
      .default('Extended.OrderNumber')
      .meta({
        title: 'Field for the order’s number',
        description:
          'Where people at the warehouse look for it: Extended. and the name your administrator made.',
        zh: {
          title: '订单号字段',
          description: '仓库人员查看订单号的字段：Extended. 加上管理员建立的名称。',
        },
      }),
    shipVia: word(50)
      .optional()
      .meta({
        title: 'Usual way of shipping',
        description: 'ShipVia id. Empty: Manhattan chooses.',
        zh: { title: '默认配送方式', description: 'ShipVia 编号。留空：由 Manhattan 选择。' },
      }),
    unit: word(20)
      .default('UNIT')
      .meta({
        title: 'Base unit',
        description:
          'What Manhattan calls a single piece. Packs and cases are taken apart by the item’s packages.',
        zh: { title: '基本单位', description: 'Manhattan 对单件的称呼。包与箱按商品包装换算。' },
      }),
    absent: z
      .enum(['assigned', 'all'])
      .default('assigned')
      .meta({
        title: 'What an item without inventory means',
        description:
          'Nought where the facility is set up for the item (item facility), or nought for every item.',
        zh: {
          title: '没有库存记录的商品',
          description: '设施已设置该商品（item facility）时视为零，或所有商品均视为零。',
        },
        options: {
          assigned: { en: 'Nought where the facility keeps the item', zh: '设施管理该商品时为零' },
          all: { en: 'Nought for every item', zh: '所有商品均为零' },
        },
      }),
    freeConditions: z
      .array(word(50))
      .max(50)
      .default([])
      .meta({
        title: 'Conditions that hold nothing',
        description:
          'Codes on containers that may be sold all the same. Every other code holds what is in them.',
        zh: { title: '不影响销售的状况代码', description: '容器上不妨碍销售的代码；其余代码均视为冻结。' },
      }),
    onHandTypes: supplyTypes(['On Hand Available']).meta({
      title: 'Supply types on hand',
      description: 'Omni only: types of supply that lie there and may be sold.',
      zh: { title: '在库供给类型', description: '仅全渠道：在库且可销售的供给类型。' },
    }),
    heldTypes: supplyTypes(['On Hand Unavailable']).meta({
      title: 'Supply types that are held',
      description: 'Omni only: types of supply that lie there and may not be sold.',
      zh: { title: '冻结供给类型', description: '仅全渠道：在库但不可销售的供给类型。' },
    }),
    incomingTypes: supplyTypes(['In Transit', 'On Order']).meta({
      title: 'Supply types on their way',
      description: 'Omni only: types of supply that have not come.',
      zh: { title: '在途供给类型', description: '仅全渠道：尚未到货的供给类型。' },
    }),
    webhookProof: z
      .enum(['token', 'hmac-sha256-base64', 'hmac-sha256-hex'])
      .default('token')
      .meta({
        title: 'How its messages prove themselves',
        description: 'A token in a header, or an HMAC of the message.',
        zh: { title: '消息验证方式', description: '请求头中的令牌，或消息的 HMAC。' },
        options: {
          token: { en: 'Token', zh: '令牌' },
          'hmac-sha256-base64': { en: 'HMAC-SHA256, Base64', zh: 'HMAC-SHA256（Base64）' },
          'hmac-sha256-hex': { en: 'HMAC-SHA256, hexadecimal', zh: 'HMAC-SHA256（十六进制）' },
        },
      }),
    webhookHeader: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[a-z][a-z0-9-]{0,63}$/, 'The name of a header')
      .default('x-plimsoll-token')
      .meta({
        title: 'Header of the proof',
        description: 'The header that the token or HMAC comes in.',
        zh: { title: '验证请求头', description: '携带令牌或 HMAC 的请求头。' },
      }),
    paths: z
      .array(
        z.string().refine((line) => readPath(line) !== undefined, {
          error: `write name=/path, with one of these names: ${Object.keys(PATHS).join(', ')}`,
        }),
      )
      .default([])
      .meta({
        title: 'Other paths',
        description:
          'Where this environment differs: inventory=/dcinventory/api/dcinventory/inventory/search.',
        zh: {
          title: '其他路径',
          description: '此环境的不同之处：inventory=/dcinventory/api/dcinventory/inventory/search。',
        },
      }),
    endpoint: z
      .string()
      .refine(isLoopback, 'Only an address of this machine: it is for the simulator')
      .optional()
      .meta({
        title: 'Simulator address',
        description: 'Leave empty for the real Manhattan.',
        zh: { title: '模拟器地址', description: '连接真实的 Manhattan 时请留空。' },
      }),
  })
  .refine(({ product, viewName }) => product === 'wm' || viewName !== undefined, {
    error: 'Name the view that says what may be promised',
    path: ['viewName'],
  })

function supplyTypes(usual: string[]) {
  return z.array(word(100)).max(50).default(usual)
}

export type Settings = z.infer<typeof settingsSchema>

/** Where requests go, without a slash at the end. Its host is Manhattan's whatever is typed in. */
export function apiUrl({ endpoint, environment, domain, product }: Settings): string {
  return endpoint?.replace(/\/+$/, '') ?? `https://${environment}.${domain ?? usualDomain(product)}.manh.com`
}

/** Where tokens come from: developer.manh.com/docs/how-to/rest-api/authentication. */
export function authUrl({ endpoint, environment, domain, product }: Settings): string {
  return (
    endpoint?.replace(/\/+$/, '') ?? `https://${environment}-auth.${domain ?? usualDomain(product)}.manh.com`
  )
}

function usualDomain(product: Settings['product']): string {
  return product === 'wm' ? 'sce' : 'omni'
}
