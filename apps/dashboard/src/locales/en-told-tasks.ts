import type { ToldCode } from '@plimsoll/client'

/** What each task tells, and what can be done about it: said from its code and facts. */
const toldTask: Record<ToldCode | 'said', string> = {
  said: ': {{message}}',
  'hold-zero':
    '{{listings}} of {{ofListings}} listings would go to zero at once, {{units}} in all, and no orders explain it. They wait for you; everything else goes on.',
  'hold-raise':
    '{{listings}} of {{ofListings}} listings would rise far above what they show, by {{units}} in all. They wait for you; everything else goes on.',
  'hold-first-batch':
    'The first listings of the connection are written; {{listings}} more wait. Look at the shop, then say that it is meant.',
  'hold-go-live': 'The first writes, as they were previewed.',
  oversold: '{{units}} more are promised than are there.',
  'decrease-refused': 'The platform refused to show {{quantity}}: {{message}}',
  'decrease-refused-by-hand':
    'The platform refused to show {{quantity}}: {{message}} The hub cannot take a single listing off {{platform}}: lower it or take it off there by hand.',
  'decrease-refused-on-sale':
    'The platform refused to show {{quantity}}: {{message}} It could not be taken off {{platform}} either: {{why}} Do it there by hand.',
  'decrease-refused-off-sale':
    'The platform refused to show {{quantity}}: {{message}} The listing was taken off {{platform}}, and is put back once the number is taken.',
  'listing-not-back':
    'The listing {{listing}} was taken off {{platform}} while its number was refused, and cannot be put back: {{message}} Put it on sale there by hand.',
  'decrease-capped':
    '{{platform}} takes no more writes of this listing today. It shows {{shows}} where {{desired}} should be shown, and is lowered on {{at}}. End or pause the listing there if it must not sell until then.',
  'decrease-capped-unread':
    '{{platform}} takes no more writes of this listing today. It shows more than the {{desired}} that should be shown, and is lowered on {{at}}. End or pause the listing there if it must not sell until then.',
  'not-routed':
    '{{units}} of {{order}} can be sent from nowhere: {{because}}. They are sent as soon as they can be; or change the routing, or cancel them.',
  'shipment-refused':
    '{{warehouse}} refused {{shipment}}: {{message}} Its units are promised still, and are sent from elsewhere where they can be.',
  'shipment-cannot-cancel':
    '{{shipment}} is to be cancelled, and {{warehouse}} cannot be told. Call them; until they say so, its units stay reserved.',
  'shipment-unknown':
    '{{shipment}} was asked of {{warehouse}} {{hours}} ago, and it does not know it. Call them, or send it from elsewhere.',
  'shipment-idle':
    '{{shipment}} was asked of {{warehouse}} {{hours}} ago, and it has done nothing about it. Call them, or send it from elsewhere.',
  'shipment-held':
    '{{shipment}} is held by its warehouse{{said}}. See to it there, or cancel the shipment and send it from elsewhere.',
  'shipment-short':
    '{{units}} of {{shipment}} did not leave{{said}}. They are promised still: send them from elsewhere, or cancel them.',
  'shipped-anyway':
    '{{shipment}} left although it was to leave no more. Ask for it back, or let the customer keep it.',
  'parcel-unexpected':
    'A parcel of {{shipment}} holds {{units}} of {{sku}} that nobody had asked for. Ask the warehouse; count {{sku}} there.',
  'inbound-refused':
    'The inbound shipment {{inbound}} was not announced to {{warehouse}}: {{message}} Announce it again once that is put right, or tell them yourself.',
  'inbound-changed':
    '{{units}} of the inbound shipment {{inbound}} were cancelled after it was announced to {{warehouse}}, which cannot be told by itself. Tell them.',
  'inbound-changed-in-doubt':
    '{{units}} of the inbound shipment {{inbound}} were cancelled. {{warehouse}} may have been told of it before: its answer was lost. Ask them, and tell them.',
  'inbound-missing':
    '{{warehouse}} has closed the inbound shipment {{inbound}}; this did not come: {{lines}}. Ask your supplier.',
  'inbound-more':
    '{{warehouse}} took in {{units}} of {{sku}} more than were on their way with the inbound shipment {{inbound}}. They are in stock; ask your supplier.',
  'inbound-not-awaited':
    '{{warehouse}} took in {{units}} of {{sku}} for the inbound shipment {{inbound}}, which does not await them. They are in stock; ask your supplier.',
  'return-refused':
    '{{warehouse}} was not told of the return {{return}}: {{message}} Announce it again once that is put right, or tell them yourself.',
  'return-refused-in-doubt':
    '{{warehouse}} may know of the return {{return}} by a call that it did not answer, and told again it was refused: {{message}} Announce it again once that is put right, or ask them.',
  'return-changed':
    'The return {{return}} was changed after {{warehouse}} was told of it, which cannot be told by itself. Tell them what is expected now.',
  'return-cannot-withdraw':
    'The return {{return}} was called off after {{warehouse}} was told of it, and it was not taken back: {{message}} Tell them.',
  'return-came-anyway':
    'The return {{return}} was called off, and it has come to {{warehouse}} all the same. What they take in is booked; settle it with your customer.',
  'return-over':
    '{{warehouse}} took in {{units}} of {{sku}} more than the return {{return}} announced. Ask your customer, or the warehouse, whose they are.',
  'return-more':
    '{{warehouse}} took back {{units}} of {{sku}} more than left by the shipment of return {{return}}. They are in stock; ask the warehouse whose they are.',
  'receipt-not-booked': 'The receipt {{delivery}} of {{warehouse}} is not booked: {{message}}',
  'return-not-booked': 'The return {{delivery}} of {{warehouse}} is not booked: {{message}}',
  'count-held-zero':
    '{{connection}} counts {{items}} of {{ofItems}} items at {{location}} as gone all at once, {{units}} in all. Their counts are held back, the others are booked. Look there; accept them on the connection’s screen if they are right. Counted right again, this ends by itself.',
  'count-held-raise':
    '{{connection}} counts {{items}} of {{ofItems}} items at {{location}} many times as high all at once, {{units}} in all. Their counts are held back, the others are booked. Look there; accept them on the connection’s screen if they are right. Counted right again, this ends by itself.',
  'runs-out-one': 'At {{location}}, {{sku}} runs out before it can be replenished.',
  'runs-out-many': 'At {{location}}, {{items}} items run out before they can be replenished; first {{sku}}.',
  'not-told':
    '{{channel}} does not take that {{order}} has shipped: {{message}} Mark it as shipped there by hand.',
  'cancel-asked':
    'The buyer of {{order}} asked {{channel}} to cancel: {{units}} wait. Cancel them, or end the hold to send them all the same.',
  'cancel-missed':
    '{{units}} of {{order}} left before {{channel}} could be told to cancel them: take them back by a return.',
  'cancel-late':
    '{{order}} was to be cancelled, and had left before {{channel}} could be told: take it back by a return.',
  'cancel-not-done':
    '{{channel}} took word that {{order}} is to be cancelled, and has not done it. Cancel it there by hand or ask again, or end its hold to send it.',
  'cancel-refused':
    '{{channel}} does not cancel {{order}}: {{message}} Cancel it there by hand, or end its hold to send it.',
  'listing-renamed':
    '{{title}} had the SKU {{had}} when it was tied to {{item}}; it has {{has}} now. Until you decide it follows {{item}} and is not raised. It would now sell: {{proposed}}.',
  'listing-swapped':
    '{{title}} had the SKU {{had}} when it was tied to {{item}}; it has {{has}} now, and {{other}} has its own: the two were swapped. Until you decide it follows {{item}} and is not raised.',
  'listing-relisted':
    '{{title}} has the SKU {{has}} that {{other}} had, which sold {{item}}. Until you decide it sells nothing of yours: tie it to {{proposed}}, or leave it untied.',
  drift:
    '{{channel}} shows {{observed}} where the hub knows of {{expected}}, and no order explains it{{said}}. It is not raised until somebody says which counts, on the page of the connection.',
  untracked:
    'The platform does not count this listing, so it sells without limit and no quantity is written. Switch stock tracking on there, then import again.',
  'orders-unread-notice':
    'The orders of {{connection}} are not known since {{since}}. The other channels go on showing what they do: no rule says otherwise. It is lifted by itself once they are read.',
  'orders-unread-buffer':
    'The orders of {{connection}} are not known since {{since}}. The other channels keep back {{units}} of what it sells too. It is lifted by itself once they are read.',
  'orders-unread-percent':
    'The orders of {{connection}} are not known since {{since}}. The other channels show {{percent}} % of what it sells too. It is lifted by itself once they are read.',
  'orders-unread-zero':
    'The orders of {{connection}} are not known since {{since}}. The other channels show nothing of what it sells too. It is lifted by itself once they are read.',
  'access-lost':
    '{{connection}} stands still: {{message}} Everything waits in its queue, and its mappings stay. Reconnect it with the same account.',
  'right-missing':
    '{{connection}} stands still: {{message}} Everything waits in its queue, and its mappings stay. Grant the missing right on the platform, then resume it; where the app was removed, reconnect it.',
  'webhooks-refused':
    'The webhooks of {{connection}} cannot be registered: {{message}} Orders are polled for meanwhile. Grant the right to manage webhooks; the hub tries again by itself.',
  'webhooks-silent':
    'The webhooks of {{connection}} stand, but none arrives. Orders are polled for meanwhile. See that {{url}} can be reached from outside.',
  'orders-missing':
    '{{missing}} orders of {{connection}} placed from {{from}} to {{to}} are not known here. They are being read; nothing is to be done unless this stays.',
}
export const enToldTasks = { toldTask }
