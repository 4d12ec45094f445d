/**
 * Every refusal of the sync package: stable code, HTTP status, whose fault, and the cure.
 * A test holds this list equal to docs/reference/errors.md.
 */
export const syncErrors = {
  'unknown-connector': { status: 404, fault: 'yours', cure: 'Use the id of one of the connectors named.' },
  'unknown-connection': {
    status: 404,
    fault: 'yours',
    cure: 'Use the id or the name of one of your connections.',
  },
  'unknown-location': { status: 404, fault: 'yours', cure: 'Use the code of one of your locations.' },
  'unknown-item': { status: 404, fault: 'yours', cure: 'Check the spelling, or import the item first.' },
  'unknown-listing': {
    status: 404,
    fault: 'yours',
    cure: 'Use the id of a listing; import the listings again if it is new.',
  },
  'unknown-bulk-edit': { status: 404, fault: 'yours', cure: 'Use the id of a bulk edit that is listed.' },
  'unknown-drift': { status: 404, fault: 'yours', cure: 'Use the id of a difference that is listed.' },
  'unknown-file': {
    status: 404,
    fault: 'yours',
    cure: 'Use the number of a file that is listed; they are kept for 90 days.',
  },
  'file-refused': {
    status: 422,
    fault: 'yours',
    cure: 'Say which feed it is of, or name it as the description of the warehouse has it.',
  },
  'unknown-alert': { status: 404, fault: 'yours', cure: 'Use the id of an alert that is open.' },
  'unknown-alert-rule': { status: 404, fault: 'yours', cure: 'Use the id of a rule that is listed.' },
  'invalid-alert-rule': { status: 422, fault: 'yours', cure: 'Correct the field named.' },
  'unknown-alert-destination': {
    status: 404,
    fault: 'yours',
    cure: 'Use the id of a destination that is listed.',
  },
  'invalid-alert-destination': { status: 422, fault: 'yours', cure: 'Correct the field named.' },
  'unknown-job': { status: 404, fault: 'yours', cure: 'Use the id of a job of one of your connections.' },
  'invalid-period': { status: 422, fault: 'yours', cure: 'Give a beginning in the past, before the end.' },
  'name-taken': { status: 409, fault: 'yours', cure: 'Give the connection another name.' },
  'wrong-account': {
    status: 409,
    fault: 'yours',
    cure: 'Sign in to the account that the connection was made with, or make a new connection.',
  },
  'credentials-needed': {
    status: 422,
    fault: 'yours',
    cure: 'Give the credentials again, with the settings: secrets that are stored are sent only to where they were given for.',
  },
  'private-address': {
    status: 422,
    fault: 'yours',
    cure: 'Give a public address; whoever runs the hub allows others with PLIMSOLL_PRIVATE_CONNECTIONS=true.',
  },
  'account-connected': {
    status: 409,
    fault: 'yours',
    cure: 'Grant access to the connection named anew instead: its mappings are kept.',
  },
  'no-grant-page': {
    status: 422,
    fault: 'yours',
    cure: 'Give the credentials themselves: this platform has no page for it.',
  },
  'no-public-address': {
    status: 409,
    fault: 'yours',
    cure: 'Set PLIMSOLL_PUBLIC_URL to the address under which this hub is reached, and start it again.',
  },
  'unknown-grant': {
    status: 404,
    fault: 'yours',
    cure: 'Begin again: a grant ends after a quarter of an hour.',
  },
  'unknown-application': {
    status: 404,
    fault: 'yours',
    cure: 'Use the connector and the key of one that is listed.',
  },
  'invalid-settings': { status: 422, fault: 'yours', cure: 'Correct the field named.' },
  'policy-contradiction': {
    status: 422,
    fault: 'yours',
    cure: 'Change one of the two, or take it back.',
  },
  'overfull-shares': {
    status: 409,
    fault: 'yours',
    cure: 'Take part of the exclusive share back from one of those named first.',
  },
  'window-overlap': {
    status: 409,
    fault: 'yours',
    cure: 'Give the window other times, or end the one named first.',
  },
  'invalid-window': { status: 422, fault: 'yours', cure: 'Correct the field named.' },
  'invalid-moment': { status: 422, fault: 'yours', cure: 'Give a moment that is still to come, or none.' },
  'unknown-window': { status: 404, fault: 'yours', cure: 'Use the id of a window that has not ended.' },
  'unknown-hold': { status: 404, fault: 'yours', cure: 'Use the id of one of the holds listed.' },
  'hold-decided': {
    status: 409,
    fault: 'yours',
    cure: 'Look at the hold; what it held goes its own way by now.',
  },
  'unknown-preview': { status: 404, fault: 'yours', cure: 'Make a preview of the connection, and name it.' },
  'preview-outdated': {
    status: 409,
    fault: 'yours',
    cure: 'Look at the differences, make a new preview, and name that.',
  },
  'unknown-cutover': {
    status: 404,
    fault: 'yours',
    cure: 'Begin it, or use the name of one that was begun.',
  },
  'numbers-unread': {
    status: 502,
    fault: 'passing',
    cure: 'See on the connection’s page why, then ask again: they are read anew.',
  },
  'unknown-order': { status: 404, fault: 'yours', cure: 'Check the id or the number of the order.' },
  'ambiguous-order': {
    status: 409,
    fault: 'yours',
    cure: 'Name the order by its id; the list of orders shows which channel each is of.',
  },
  'invalid-order': { status: 422, fault: 'yours', cure: 'Correct the field named.' },
  'beyond-free': {
    status: 409,
    fault: 'yours',
    cure: 'Order less, or from elsewhere; or take it as a backorder, to be sent once there is enough.',
  },
  'order-number-taken': { status: 409, fault: 'yours', cure: 'Give another number, or none.' },
  'not-by-hand': { status: 409, fault: 'yours', cure: 'Change it on its channel; here it can be held.' },
  'recipient-needed': {
    status: 422,
    fault: 'yours',
    cure: 'Say to whom it goes, or send it from a location of your own.',
  },
  'unknown-order-hold': { status: 404, fault: 'yours', cure: 'Use a reason that the order is held for.' },
  'unknown-recipient': {
    status: 404,
    fault: 'yours',
    cure: 'Look at the order on its channel: the hub reads to whom only what a warehouse of others sends, and forgets it.',
  },
  'unknown-shipment': { status: 404, fault: 'yours', cure: 'Use the id of a shipment that is listed.' },
  'shipment-ended': {
    status: 409,
    fault: 'yours',
    cure: 'Look at the order: what is still to be sent is in another shipment, or waits to be routed.',
  },
  'not-own-shipment': {
    status: 409,
    fault: 'yours',
    cure: 'Let its warehouse send it, or cancel the shipment and send it from elsewhere.',
  },
  'invalid-parcel': { status: 422, fault: 'yours', cure: 'Correct the line named.' },
  'shipment-under-way': {
    status: 409,
    fault: 'yours',
    cure: 'Cancel it first, or leave it as it is: somebody has it in hand.',
  },
  'invalid-split': { status: 422, fault: 'yours', cure: 'Correct the field named.' },
  'doubled-location': {
    status: 409,
    fault: 'yours',
    cure: 'Leave it behind one of the two, or make a location for each and move stock between them.',
  },
  'wrong-state': { status: 409, fault: 'yours', cure: 'Do first what the message says.' },
  'mapping-changed': {
    status: 409,
    fault: 'yours',
    cure: 'Read the listings again, and decide on what they say now.',
  },
  'invalid-rule': { status: 422, fault: 'yours', cure: 'Correct the rule named.' },
} as const satisfies Record<
  string,
  { status: number; fault: 'ours' | 'yours' | 'theirs' | 'passing'; cure: string }
>

export type SyncErrorCode = keyof typeof syncErrors

/** A refusal that a person or client can cure. */
export class SyncProblem extends Error {
  readonly code: SyncErrorCode
  readonly field: string

  constructor(code: SyncErrorCode, field: string, message: string) {
    super(message)
    this.name = 'SyncProblem'
    this.code = code
    this.field = field
  }
}

export function syncProblem(code: SyncErrorCode, field: string, message: string): SyncProblem {
  return new SyncProblem(code, field, message)
}
