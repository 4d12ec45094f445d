import type { RefusalRule } from '@plimsoll/connector-kit'

/**
 * What GoodCang's refusals mean. Its codes are not published: 10103086 and 10103099 were seen in public clients, and 400
 * with 没有数据. All others go by what the sentence says, of which the first that fits counts.
 */
export const RULES: readonly RefusalRule[] = [
  { codes: ['10103099'], says: /订单已(废弃|取消)/, means: 'gone' },
  { codes: ['10103086'], says: /没有数据|no data|数据为空/i, means: 'not-found' },
  {
    says: /app[-_ ]?(token|key)|令牌|密钥|鉴权|认证失败|未授权|账[号户](已)?(停用|冻结|不存在)/i,
    means: 'unauthorized',
  },
  { says: /没有.{0,8}权限|无.{0,4}权限|permission/i, means: { forbidden: 'public_open' } },
  { says: /过于?频繁|请求.{0,4}(过快|过多)|限流|too many/i, means: 'rate-limited' },
  { says: /系统(异常|繁忙|错误|维护)|稍后|超时|timeout/i, means: 'unavailable' },
  { says: /参考号.{0,60}(已存在|重复|已使用)|reference.{0,60}(exist|duplicate)/i, means: 'known' },
  { says: /物流产品|派送方式|配送方式|shipping_method/i, means: { invalid: 'method' } },
  { says: /库存不足|可用库存|缺货/, means: { invalid: 'lines.quantity' } },
  {
    says: /(商品|产品|SKU|sku).{0,60}(不存在|未审核|不可用|无效|错误|超过)|product_sku/,
    means: { invalid: 'lines.sku' },
  },
  { says: /(订单|入库单|单号).{0,60}(不存在|未找到)/, means: 'not-found' },
  { says: /仓库|warehouse_code/i, means: { invalid: 'locationId' } },
  { says: /邮编|zip_?code/i, means: { invalid: 'recipient.postalCode' } },
  { says: /城市|city/i, means: { invalid: 'recipient.city' } },
  { says: /[省州]|province/i, means: { invalid: 'recipient.region' } },
  { says: /国家|country/i, means: { invalid: 'recipient.country' } },
  { says: /地址|address|门牌/i, means: { invalid: 'recipient.addressLines' } },
  { says: /电话|手机|联系方式|phone/i, means: { invalid: 'recipient.phone' } },
  { says: /邮箱|email/i, means: { invalid: 'recipient.email' } },
  { says: /收件人|\bname\b/i, means: { invalid: 'recipient.name' } },
  { says: /数量|quantity/i, means: { invalid: 'lines.quantity' } },
]
