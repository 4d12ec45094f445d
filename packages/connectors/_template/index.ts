import { defineConnector } from '@plimsoll/connector-kit'
import { pageSize } from './api.ts'
import { quantityMax } from './levels.ts'
import { open } from './operations.ts'
import { credentials, settings } from './settings.ts'
import { webhooks } from './webhooks.ts'

/** My Platform, through its REST API v1. */
export const connector = defineConnector({
  manifest: {
    id: 'my-platform',
    name: 'My Platform',
    kind: 'channel',
    colour: '#336699',
    regions: ['world'],
    settings,
    credentials,
    apiVersion: { version: 'v1', source: 'made up: name the page of the platform’s documentation' },
    capabilities: {
      multiLocation: false,
      writeStyle: 'absolute',
      proof: 'echo',
      allOrNothing: false,
      batchMax: pageSize,
      quantityMax,
      webhooks: ['order'],
      tracking: true,
      cancel: false,
      latestEffectMs: 60_000,
      visibilityLagMs: 0,
      facts: [
        {
          fact: 'Stock falls when an order is placed, and comes back when it is cancelled',
          source: 'made up: name the page of the platform’s documentation',
          verified: false,
        },
      ],
      notPossible: [
        {
          what: { en: 'Cancelling an order', zh: '取消订单' },
          why: { en: 'Its API has no call for it.', zh: '其 API 没有对应的调用。' },
        },
      ],
    },
    // What the platform allows: see `BudgetSpec` in the kit's budgets.ts.
    budgets: [{ kind: 'concurrency', name: 'requests', max: 4 }],
  },
  open,
  // Connections of one account share its budget.
  budgetKeys: ({ credentials }) => ({ account: credentials.apiKey }),
  webhooks,
})
