import type { Account, Order } from './account.ts'
import type { Traits } from './traits.ts'

/** As the schema lists them. Source: OrderAcknowledgement.xsd, release 4.1. */
const REASONS = new Set([
  'NoInventory',
  'ShippingAddressUndeliverable',
  'CustomerExchange',
  'BuyerCanceled',
  'GeneralAdjustment',
  'CarrierCreditDecision',
  'RiskAssessmentInformationNotValid',
  'CarrierCoverageFailure',
  'CustomerReturn',
  'MerchandiseNotReceived',
])

/**
 * POST_ORDER_ACKNOWLEDGEMENT_DATA: Failure cancels the whole order. NoInventory leaves the number as it is, every other
 * reason raises it. Undefined: no such document, so the feed is FATAL. @returns the processing report
 */
export function carryOutAcknowledgement(
  xml: string,
  { account, traits }: { account: Account; traits: Traits },
): string | undefined {
  if (!/<MessageType>OrderAcknowledgement<\/MessageType>/.test(xml)) return undefined
  if (one(xml, 'MerchantIdentifier') !== traits.sellerId) return undefined
  const messages = [...xml.matchAll(/<Message>[\s\S]*?<\/Message>/g)].map(([message]) => message)
  const results = messages.flatMap((message) => {
    const why = carryOut(message, account)
    const id = one(message, 'MessageID') ?? '0'
    return why === undefined
      ? []
      : [
          `<Result><MessageID>${id}</MessageID><ResultCode>Error</ResultCode><ResultMessageCode>18028</ResultMessageCode><ResultDescription>${why}</ResultDescription></Result>`,
        ]
  })
  const count = messages.length
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<AmazonEnvelope><Header><DocumentVersion>1.02</DocumentVersion></Header><MessageType>ProcessingReport</MessageType>',
    '<Message><MessageID>1</MessageID><ProcessingReport><StatusCode>Complete</StatusCode>',
    `<ProcessingSummary><MessagesProcessed>${count}</MessagesProcessed><MessagesSuccessful>${count - results.length}</MessagesSuccessful><MessagesWithError>${results.length}</MessagesWithError><MessagesWithWarning>0</MessagesWithWarning></ProcessingSummary>`,
    ...results,
    '</ProcessingReport></Message></AmazonEnvelope>',
  ].join('\n')
}

/** Why it is not done; undefined where it is. */
function carryOut(message: string, account: Account): string | undefined {
  const order = account.orders.get(one(message, 'AmazonOrderID') ?? '')
  if (order === undefined) return 'The order ID is invalid.'
  if (one(message, 'StatusCode') !== 'Failure') return undefined
  const items = [...message.matchAll(/<Item>[\s\S]*?<\/Item>/g)].map(([item]) => item)
  const why = whyNot(order, items)
  if (why !== undefined) return why
  const isWithoutStock = items.every((item) => one(item, 'CancelReason') === 'NoInventory')
  account.cancel(order, { by: 'MERCHANT', putsBack: !isWithoutStock })
  return undefined
}

function whyNot(order: Order, items: readonly string[]): string | undefined {
  if (order.by === 'AMAZON') return 'The order is fulfilled by Amazon.'
  if (order.status !== 'UNSHIPPED') return `An order that is ${order.status} cannot be cancelled &amp; stays.`
  const named = new Set(items.map((item) => one(item, 'AmazonOrderItemCode')))
  if (order.items.some(({ id }) => !named.has(id))) return 'The order has other items.'
  if (items.some((item) => !REASONS.has(one(item, 'CancelReason') ?? ''))) return 'The reason is invalid.'
  return undefined
}

function one(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]?.trim()
}
