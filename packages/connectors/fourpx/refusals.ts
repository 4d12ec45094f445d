import type { RefusalRule } from '@plimsoll/connector-kit'

/**
 * What 4PX's refusals mean: by the codes that its SDK for PHP lists, else by what code or sentence say, since a sentence is
 * often the code again. The first that fits counts.
 */
export const RULES: readonly RefusalRule[] = [
  { codes: ['ERR_OUTBOUND_CONSIGNMENT_REPEAT_CANCEL'], says: /重复取消|REPEAT_CANCEL/, means: 'gone' },
  { codes: ['AVALIABLE_STOCK_IS_NOT_ENOUGH'], says: /库存不足/, means: { invalid: 'lines.quantity' } },
  { codes: ['ERR_OUTBOUND_CONSIGNMENT_SKU_QTY_FORMAT'], means: { invalid: 'lines.quantity' } },
  { codes: ['ERR_OUTBOUND_CONSIGNMENT_SKU_EMPTY'], means: { invalid: 'lines.sku' } },
  {
    codes: ['ERR_OUTBOUND_CONSIGNMENT_LOGISTICS_PRODUCT_EMPTY'],
    says: /LOGISTICS_PRODUCT|物流产品|派送方式/,
    means: { invalid: 'method' },
  },
  {
    codes: ['ERR_OUTBOUND_CONSIGNMENT_FROM_WAREHOUSE_CODE_EMPTY'],
    says: /WAREHOUSE|仓库/,
    means: { invalid: 'locationId' },
  },
  { codes: ['ERR_OUTBOUND_CONSIGNMENT_COUNTRY_EMPTY'], means: { invalid: 'recipient.country' } },
  { codes: ['ERR_OUTBOUND_CONSIGNMENT_STREET_EMPTY'], means: { invalid: 'recipient.addressLines' } },
  { codes: ['ERR_OUTBOUND_CONSIGNMENT_FIRST_NAME_EMPTY'], means: { invalid: 'recipient.name' } },
  {
    codes: ['ERR_OUTBOUND_CONSIGNMENT_EMAIL_ILLEGAL'],
    says: /邮箱|EMAIL/i,
    means: { invalid: 'recipient.email' },
  },
  {
    codes: ['ERR_REF_NO_LENGTH_BEYOND', 'ERR_OUTBOUND_CONSIGNMENT_REF_NO_EMPTY'],
    means: { invalid: 'shipmentId' },
  },
  {
    says: /签名|\bsign\b|app_?key|access_?token|鉴权|未授权|认证失败|INVALID_(SIGN|APP|TOKEN)/i,
    means: 'unauthorized',
  },
  { says: /没有.{0,8}权限|无.{0,4}权限|NO_PERMISSION/i, means: { forbidden: 'fu.wms' } },
  { says: /频繁|限流|超出.{0,6}(次数|频率)|FLOW_LIMIT|TOO_MANY/i, means: 'rate-limited' },
  { says: /系统(异常|繁忙|错误|维护)|稍后|超时|SYSTEM_ERROR|TIMEOUT/i, means: 'unavailable' },
  { says: /参考号.{0,40}(重复|已存在)|REF_?NO.{0,20}(REPEAT|EXIST|DUPLICATE)/i, means: 'known' },
  { says: /SKU.{0,80}(不存在|未发布|NOT_EXIST|无效)/i, means: { invalid: 'lines.sku' } },
  { says: /(委托|单号|CONSIGNMENT).{0,40}(不存在|NOT_EXIST)/i, means: 'not-found' },
  { says: /邮编|POST_?CODE/i, means: { invalid: 'recipient.postalCode' } },
  { says: /城市|CITY/i, means: { invalid: 'recipient.city' } },
  { says: /[省州]|STATE\b/i, means: { invalid: 'recipient.region' } },
  { says: /国家|COUNTRY/i, means: { invalid: 'recipient.country' } },
  { says: /街道|地址|STREET|ADDRESS/i, means: { invalid: 'recipient.addressLines' } },
  { says: /电话|手机|PHONE/i, means: { invalid: 'recipient.phone' } },
  { says: /收件人|姓名|FIRST_NAME/i, means: { invalid: 'recipient.name' } },
]
