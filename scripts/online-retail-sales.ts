/** One line of a sale: not a return, a write-off, postage or a fee. */
export type Sale = { invoice: string; sku: string; quantity: number; at: Date; priceMinor: number }

/** The description may hold commas and quotes; nothing reads it, so what stands around it is enough. */
const ROW = /^([^,]*),([^,]*),.*,(-?\d+),(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(-?[\d.]+),\d*,[^,]*$/

/**
 * The sales in the data set "Online Retail" (doi:10.24432/C5BW33), in the order of the file.
 * A sale has a quantity and a price above 0, a stock code that begins with five digits (others are postage, fees
 * and corrections) and an invoice that begins with neither C (cancelled) nor A (adjusted).
 * @param text the CSV with its header row
 * @throws when a row does not have the eight columns
 */
export function readSales(text: string): Sale[] {
  const sales: Sale[] = []
  for (const line of text.split(/\r?\n/).slice(1)) {
    if (line === '') continue
    const [, invoice = '', code = '', quantity = '', time = '', price = ''] = ROW.exec(line) ?? []
    if (invoice === '') throw new Error(`Not a row of the data set: ${line}`)
    const isSale = Number(quantity) > 0 && Number(price) > 0 && /^\d{5}/.test(code) && !/^[CA]/.test(invoice)
    if (!isSale) continue
    sales.push({
      invoice,
      // 94 stock codes occur in two spellings that differ by case only.
      sku: code.toUpperCase(),
      quantity: Number(quantity),
      // London time, read as UTC: only differences within a winter matter here.
      at: new Date(`${time.replace(' ', 'T')}Z`),
      priceMinor: Math.round(Number(price) * 100),
    })
  }
  return sales
}
