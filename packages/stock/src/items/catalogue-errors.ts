/** Refusals about what items are, part of the package's one catalogue in `errors.ts`. */
export const catalogueErrors = {
  'sku-taken': { status: 409, fault: 'yours', cure: 'Choose another SKU, or change the item that has it.' },
  'version-changed': {
    status: 412,
    fault: 'yours',
    cure: 'Read it again, and send your change with the version that you read.',
  },
  'row-repeated': { status: 422, fault: 'yours', cure: 'Give each SKU once.' },
  'invalid-text': { status: 422, fault: 'yours', cure: 'Correct the text named.' },
  'invalid-language-tag': {
    status: 422,
    fault: 'yours',
    cure: 'Use a tag of BCP 47 such as en, zh-CN or pt-BR, once each.',
  },
  'item-archived': { status: 409, fault: 'yours', cure: 'Restore the item first.' },
  'tracking-fixed': {
    status: 409,
    fault: 'yours',
    cure: 'Make a new item with the other tracking, and move the stock there by adjusting both.',
  },
  'invalid-barcode': {
    status: 422,
    fault: 'yours',
    cure: 'Give a GTIN of 8, 12, 13 or 14 digits, or a text of at most 100 characters with the kind text.',
  },
  'barcode-check-digit': {
    status: 422,
    fault: 'yours',
    cure: 'Scan or type it again; an internal code that only looks like a GTIN is given the kind text.',
  },
  'barcode-taken': {
    status: 409,
    fault: 'yours',
    cure: 'Take it away from where it is first: a scanner must find one thing.',
  },
  'unknown-barcode': { status: 404, fault: 'yours', cure: 'Use one of the barcodes of the item.' },
  'unknown-unit': {
    status: 404,
    fault: 'yours',
    cure: 'Use one of the units named, or add the unit to the item first.',
  },
  'invalid-unit': { status: 422, fault: 'yours', cure: 'Give each unit a code of its own.' },
  'invalid-factor': {
    status: 422,
    fault: 'yours',
    cure: 'Give the whole number of base units in one of it, 2 or more.',
  },
  'unit-in-use': {
    status: 409,
    fault: 'yours',
    cure: 'Take its barcodes away first, or give them another unit.',
  },
  'conversion-remainder': {
    status: 422,
    fault: 'yours',
    cure: 'Give a quantity that comes out whole, use a smaller unit, or let this unit round.',
  },
  'quantity-unreadable': {
    status: 422,
    fault: 'yours',
    cure: 'Write it in digits, with a point before decimals: 12 or 0.5.',
  },
  'unknown-product': { status: 404, fault: 'yours', cure: 'Check the code, or make the product first.' },
  'product-taken': {
    status: 409,
    fault: 'yours',
    cure: 'Choose another code, or send your change with the version of the product.',
  },
  'product-in-use': { status: 409, fault: 'yours', cure: 'Take its variants out of it first.' },
  'options-mismatch': {
    status: 422,
    fault: 'yours',
    cure: 'Use the options that the product has, or change those of the product.',
  },
  'variant-taken': { status: 409, fault: 'yours', cure: 'Give it other options than its sister has.' },
  'unknown-custom-field': {
    status: 404,
    fault: 'yours',
    cure: 'Define the custom field first, or check its key.',
  },
  'invalid-custom-field': {
    status: 422,
    fault: 'yours',
    cure: 'Give a value of the type that the field has.',
  },
  'custom-field-in-use': {
    status: 409,
    fault: 'yours',
    cure: 'Take the field away from all items first, archived ones too.',
  },
  'unknown-code': { status: 404, fault: 'yours', cure: 'Scan it again, or give it to an item as a barcode.' },
  'ambiguous-code': {
    status: 409,
    fault: 'yours',
    cure: 'Take the barcode away from the one, or use the SKU of the other.',
  },
} as const satisfies Record<
  string,
  { status: number; fault: 'ours' | 'yours' | 'theirs' | 'passing'; cure: string }
>
