/** Refusals about lots and serial numbers; part of `stockErrors`. */
export const trackingErrors = {
  'lot-missing': { status: 422, fault: 'yours', cure: 'Name the lot: the item is tracked by lot.' },
  'lot-not-tracked': {
    status: 422,
    fault: 'yours',
    cure: 'Leave the lot out, or have the item tracked by lot.',
  },
  'unknown-lot': { status: 404, fault: 'yours', cure: 'Check the code, or receive or create the lot first.' },
  'lot-code-invalid': { status: 422, fault: 'yours', cure: 'Give a code of 1 to 100 characters.' },
  'lot-day-invalid': { status: 422, fault: 'yours', cure: 'Write a day as 2026-05-01.' },
  'lot-differs': {
    status: 409,
    fault: 'yours',
    cure: 'Leave out what is known already, or give another lot code.',
  },
  'lot-expired': {
    status: 409,
    fault: 'yours',
    cure: 'Use another lot; write the expired units off with adjust.',
  },
  'lot-quarantined': { status: 409, fault: 'yours', cure: 'Use another lot, or release this one first.' },
  'lot-recalled': { status: 409, fault: 'yours', cure: 'Use another lot; a recalled one does not leave.' },
  'lot-shelf-life': {
    status: 409,
    fault: 'yours',
    cure: 'Use a lot that lasts longer, or use force with a reason.',
  },
  'shelf-life-invalid': { status: 422, fault: 'yours', cure: 'Give a whole number of days, 0 or more.' },
  'lot-quantity-mismatch': {
    status: 422,
    fault: 'yours',
    cure: 'Name each lot once, with quantities that add up to the command’s.',
  },
  'insufficient-lots': {
    status: 409,
    fault: 'yours',
    cure: 'Ask for fewer units, accept a shorter shelf life, or release or receive lots.',
  },
  'reason-missing': { status: 422, fault: 'yours', cure: 'Say why.' },
  'serial-missing': {
    status: 422,
    fault: 'yours',
    cure: 'Name the serials, as many as there are units: the item is tracked by serial number.',
  },
  'serial-not-tracked': { status: 422, fault: 'yours', cure: 'Leave the serials out of this command.' },
  'serial-invalid': {
    status: 422,
    fault: 'yours',
    cure: 'Give 1 to 100 characters without a space at either end.',
  },
  'serial-duplicate': { status: 422, fault: 'yours', cure: 'Name each serial once.' },
  'serial-count-mismatch': { status: 422, fault: 'yours', cure: 'Name as many serials as there are units.' },
  'serial-exists': { status: 409, fault: 'yours', cure: 'Check the number: this unit has come in already.' },
  'serial-elsewhere': {
    status: 409,
    fault: 'yours',
    cure: 'Name the location where it is, or move it first.',
  },
  'serial-not-in-stock': {
    status: 409,
    fault: 'yours',
    cure: 'Check the number, or receive the unit first.',
  },
  'serial-shipped': {
    status: 409,
    fault: 'yours',
    cure: 'Check the number; if it came back, return it first.',
  },
  'unknown-serial': { status: 404, fault: 'yours', cure: 'Check the number; it is written as it was told.' },
  'unknown-line': { status: 404, fault: 'yours', cure: 'Use the id of an order line of such an item.' },
  'serial-not-shipped': { status: 409, fault: 'yours', cure: 'Return the serials that were shipped for it.' },
} as const satisfies Record<
  string,
  { status: number; fault: 'ours' | 'yours' | 'theirs' | 'passing'; cure: string }
>
