import type { RefusalRule } from '@plimsoll/connector-kit'

/** What Winit's refusals mean. It publishes no codes for them: by words of the sentence. The first that fits counts. */
export const RULES: readonly RefusalRule[] = [
  {
    says: /签名|\bsign\b|client_sign|token|app_?key|client_?id|鉴权|未授权|认证失败/i,
    means: 'unauthorized',
  },
  { says: /没有.{0,8}权限|无.{0,4}权限/, means: { forbidden: 'outbound' } },
  { says: /频繁|限流|超出.{0,8}(次数|频率)|请求数/, means: 'rate-limited' },
  { says: /系统(异常|繁忙|错误|维护)|稍后|超时|timeout/i, means: 'unavailable' },
  { says: /卖家订单号.{0,60}(重复|已存在|已经存在)|重复.{0,20}卖家订单号/, means: 'known' },
  { says: /已.{0,4}作废/, means: 'gone' },
  { says: /库存不足|可用库存/, means: { invalid: 'lines.quantity' } },
  { says: /出库单.{0,40}(不存在|无法找到|找不到)/, means: 'not-found' },
  { says: /(商品|产品|SKU).{0,80}(不存在|无效|未注册|错误)/i, means: { invalid: 'lines.sku' } },
  { says: /派送方式/, means: { invalid: 'method' } },
  { says: /仓库/, means: { invalid: 'locationId' } },
  { says: /邮编|邮政编码/, means: { invalid: 'recipient.postalCode' } },
  { says: /邮箱/, means: { invalid: 'recipient.email' } },
  { says: /城市/, means: { invalid: 'recipient.city' } },
  { says: /国家/, means: { invalid: 'recipient.country' } },
  { says: /[省州]/, means: { invalid: 'recipient.region' } },
  { says: /街道|地址/, means: { invalid: 'recipient.addressLines' } },
  { says: /电话|手机/, means: { invalid: 'recipient.phone' } },
  { says: /收件人|姓名/, means: { invalid: 'recipient.name' } },
  { says: /卖家订单号/, means: { invalid: 'shipmentId' } },
]
