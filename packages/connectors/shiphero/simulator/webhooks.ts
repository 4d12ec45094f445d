import { createHmac } from 'node:crypto'
import type { FloorChange, SimulatorServices, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { idOf, listed, numberOf } from './connection.ts'
import { Refusal } from './graphql.ts'
import { isSeen, type Place, type Subscription, type Subscriptions } from './place.ts'

type Input = { name: string; url: string; shop_name?: string; customer_account_id?: string }

const TYPES = ['Shipment Update', 'Order Canceled', 'PO Update', 'Return Update', 'Inventory Update']
const said = { request_id: 'simulated', complexity: 10 }
/** Five more attempts, ever later. */
const RETRIES_MS = [10_000, 60_000, 300_000, 1_800_000, 7_200_000]

/** Registering them. The secret is made up, and told this once. */
export function webhookFields(place: Place) {
  const { subscriptions, kit } = place
  let made = 0
  const named = ({ name, shop_name = 'api' }: Pick<Input, 'name' | 'shop_name'>) =>
    [...subscriptions.values()].filter((each) => each.name === name && each.shop_name === shop_name)
  return {
    webhooks: ({ customer_account_id }: { customer_account_id?: string }) =>
      listed(
        isSeen(place, customer_account_id)
          ? [...subscriptions.values()].map(({ id, name, url, shop_name, enabled }) => ({
              id,
              name,
              url,
              shop_name,
              enabled,
            }))
          : [],
      ),
    webhook_create({ data }: { data: Input }) {
      if (!TYPES.includes(data.name)) throw new Refusal(3, `${data.name} is not a valid webhook`)
      if (named(data).length > 0) throw new Refusal(3, 'A webhook of that name and shop already exists')
      made += 1
      const one: Subscription = {
        id: idOf('Webhook', made),
        name: data.name,
        url: data.url,
        shop_name: data.shop_name ?? 'api',
        secret: Array.from({ length: 40 }, () => Math.floor(kit.random() * 16).toString(16)).join(''),
        enabled: true,
      }
      subscriptions.set(one.id, one)
      const { secret, ...shown } = one
      return { ...said, webhook: { ...shown, shared_signature_secret: secret } }
    },
    webhook_delete({ data }: { data: Omit<Input, 'url'> }) {
      const found = named(data)
      if (found.length === 0) throw new Refusal(5, 'Webhook not found')
      for (const { id } of found) subscriptions.delete(id)
      return said
    },
  }
}

/** What is sent to them, from now on. */
export function sendWebhooks(floor: WarehouseFloor, subscriptions: Subscriptions, kit: SimulatorServices) {
  let sent = 0
  floor.onChange((change) => {
    for (const message of messagesOf(change)) {
      const text = JSON.stringify(message)
      for (const one of subscriptions.values()) {
        if (!one.enabled || one.name !== message.webhook_type) continue
        sent += 1
        kit.webhooks.send({
          url: one.url,
          subscription: one.id,
          headers: {
            'content-type': 'application/json',
            'x-shiphero-hmac-sha256': createHmac('sha256', one.secret).update(text).digest('base64'),
            'x-shiphero-message-id': `msg-${sent}`,
          },
          body: text,
          retry: { delaysMs: RETRIES_MS },
        })
      }
    }
  })
}

function messagesOf(change: FloorChange): { webhook_type: string; [field: string]: unknown }[] {
  const test = { test: '0', account_id: numberOf(idOf('Account', 6_334), 'Account') }
  switch (change.kind) {
    case 'request': {
      const { request, what } = change
      const { number, reference, parcels } = request
      const about = {
        order_id: request.id,
        order_uuid: idOf('Order', request.id),
        order_number: number,
        partner_order_id: reference,
      }
      if (what === 'parcel') {
        const parcel = parcels.at(-1)
        const fulfillment = {
          ...about,
          tracking_number: parcel?.trackingNumber,
          shipping_carrier: parcel?.carrier,
          line_items: parcel?.lines.map(({ sku, quantity }) => ({ sku, quantity })),
          shipping_address: { first_name: request.recipient.name, city: request.recipient.city },
        }
        return [{ webhook_type: 'Shipment Update', ...test, fulfillment }]
      }
      return what === 'cancelled' || what === 'rejected'
        ? [{ webhook_type: 'Order Canceled', ...test, ...about }]
        : []
    }
    case 'inbound': {
      const { id, number } = change.inbound
      const purchase_order = { po_id: id, po_uuid: idOf('PurchaseOrder', id), po_number: number }
      return [{ webhook_type: 'PO Update', ...test, purchase_order }]
    }
    case 'return': {
      const { id, reference } = change.returned
      return [{ webhook_type: 'Return Update', ...test, return_id: id, partner_id: reference }]
    }
    case 'stock':
      return [{ webhook_type: 'Inventory Update', ...test, inventory: [] }]
  }
}
