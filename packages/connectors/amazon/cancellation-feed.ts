import type { Cancellation } from '@plimsoll/connector-kit'

/**
 * Amazon's words. With NoInventory the units stay off sale; with any other Amazon raises the number by them.
 * Source: Amazon's guide to XML, "Order acknowledgement", and OrderAcknowledgement.xsd (release 4.1).
 */
const REASONS: Readonly<Record<Cancellation['reason'], string>> = {
  'out-of-stock': 'NoInventory',
  'customer-asked': 'BuyerCanceled',
  address: 'ShippingAddressUndeliverable',
  fraud: 'RiskAssessmentInformationNotValid',
  // PricingError is offered in Seller Central and is not in the schema.
  price: 'GeneralAdjustment',
  other: 'GeneralAdjustment',
}

/** The document that cancels one whole order, with each of its items. */
export function cancellationFeed(about: {
  sellerId: string
  orderId: string
  itemIds: readonly string[]
  reason: Cancellation['reason']
}): string {
  const items = about.itemIds.map(
    (id) =>
      `<Item><AmazonOrderItemCode>${escaped(id)}</AmazonOrderItemCode><CancelReason>${REASONS[about.reason]}</CancelReason></Item>`,
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<AmazonEnvelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="amzn-envelope.xsd">',
    `<Header><DocumentVersion>1.01</DocumentVersion><MerchantIdentifier>${escaped(about.sellerId)}</MerchantIdentifier></Header>`,
    '<MessageType>OrderAcknowledgement</MessageType>',
    '<Message><MessageID>1</MessageID>',
    `<OrderAcknowledgement><AmazonOrderID>${escaped(about.orderId)}</AmazonOrderID><StatusCode>Failure</StatusCode>${items.join('')}</OrderAcknowledgement>`,
    '</Message></AmazonEnvelope>',
  ].join('\n')
}

const SAID_MAX = 300

/**
 * What the processing report found wrong; undefined where it names no error. The document has one message, so the first
 * error is about it.
 */
export function errorInReport(xml: string): string | undefined {
  for (const [result] of xml.matchAll(/<Result>[\s\S]*?<\/Result>/g)) {
    if (textIn(result, 'ResultCode') !== 'Error') continue
    const code = textIn(result, 'ResultMessageCode')
    const said = textIn(result, 'ResultDescription') ?? 'it names no reason'
    return `${code === undefined ? '' : `${code}: `}${said.slice(0, SAID_MAX)}`
  }
  return undefined
}

function textIn(xml: string, name: string): string | undefined {
  const said = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)?.[1]?.trim()
  return said === undefined || said === '' ? undefined : unescaped(said)
}

const ENTITIES: readonly (readonly [string, string])[] = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  // Last: what it makes is no entity.
  ['&amp;', '&'],
]

function unescaped(text: string): string {
  return ENTITIES.reduce((so, [entity, plain]) => so.replaceAll(entity, plain), text)
}

function escaped(text: string): string {
  return ENTITIES.toReversed().reduce((so, [entity, plain]) => so.replaceAll(plain, entity), text)
}
