import { createHmac } from 'node:crypto'
import type { FloorChange, SimulatorServices, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { Settings } from '../settings.ts'
import { GIVEN } from './account.ts'
import type { Row } from './query-language.ts'

/** What an administrator has it tell: ship confirms, receipts and PIX, in one wrapper as one customer may have made it. */
export function tellTo(
  url: string,
  floor: WarehouseFloor,
  { webhooks }: Pick<SimulatorServices, 'webhooks'>,
  { webhookHeader, webhookProof }: Pick<Settings, 'webhookHeader' | 'webhookProof'>,
): () => void {
  return floor.onChange((change) => {
    const about = messageOf(change)
    if (about === undefined) return
    const body = JSON.stringify({ Source: 'MAWM', Payload: { Message: [about] } })
    const secret = GIVEN.webhookSecret
    const mac = createHmac('sha256', secret).update(body)
    const proof =
      webhookProof === 'token' ? secret : mac.digest(webhookProof === 'hmac-sha256-hex' ? 'hex' : 'base64')
    webhooks.send({
      url,
      subscription: 'outbound',
      headers: { 'content-type': 'application/json', [webhookHeader]: proof },
      body,
      retry: { delaysMs: [5_000, 60_000] },
    })
  })
}

function messageOf(change: FloorChange): Row | undefined {
  switch (change.kind) {
    case 'request':
      return change.what === 'parcel'
        ? {
            OriginalOrderId: change.request.reference,
            DestinationAddress: { FirstName: change.request.recipient.name },
          }
        : undefined
    case 'inbound':
      return { AsnId: change.inbound.reference ?? String(change.inbound.id) }
    case 'stock':
      return { PixTransactionId: 'PIX-1', TransactionType: '300', ItemId: 'ANY' }
    case 'return':
      return undefined
  }
}
