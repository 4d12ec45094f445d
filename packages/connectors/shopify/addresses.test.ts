import { sampleRecipients } from '@plimsoll/connector-kit/simulator'
import { expect, test } from 'vitest'
import { toDestination } from './addresses.ts'
import { isWithheld } from './answers.ts'
import { withShop } from './testing/connected-shop.ts'

const [to] = sampleRecipients

test('an application that is not approved for buyers’ data reads orders as before, and says what is missing', () =>
  withShop({ tellsBuyers: false }, async ({ seed, buy, operations }) => {
    await seed({ quantity: 10 })
    const id = await buy('S-0', 1, to)
    expect((await operations.order(id)).destination).toBeUndefined()
    const { rows } = await operations.orders({ since: new Date(0), cursor: undefined })
    expect(rows.map(({ externalId, destination }) => [externalId, destination])).toEqual([[id, undefined]])
    expect(await operations.recipient?.(id)).toBeUndefined()
    expect((await operations.check()).warnings.join(' ')).toContain('protected customer data')
  }))

test('an approved one is told, and warned of nothing', () =>
  withShop({}, async ({ seed, buy, operations }) => {
    await seed({ quantity: 10 })
    const id = await buy('S-0', 1, to)
    expect(await operations.order(id)).toMatchObject({
      destination: { country: 'US', region: 'CA', postalCode: '90013', city: 'Los Angeles' },
      shippingMethod: 'Standard',
      shipBy: expect.any(Date),
    })
    expect(await operations.recipient?.(id)).toEqual(to)
    expect((await operations.check()).warnings.join(' ')).not.toContain('protected customer data')
  }))

test.each([
  ['This app is not approved to use the email field.', undefined, [], true],
  ['Access denied for shippingAddress field.', 'ACCESS_DENIED', ['order', 'shippingAddress'], true],
  ['This app is not approved to access the Order object.', 'ACCESS_DENIED', ['orders'], false],
  ['Access denied. Required access: `read_orders`.', 'ACCESS_DENIED', ['order'], false],
  ['Internal error.', undefined, ['order', 'shippingAddress'], false],
])('%s is about buyers’ data alone: %o %o: %o', (message, code, path, isSo) => {
  expect(isWithheld({ message, path, ...(code !== undefined && { extensions: { code } }) })).toBe(isSo)
})

test.each([
  [null, undefined],
  ['', undefined],
  ['Germany', undefined],
  ['DE', { country: 'DE', region: undefined, postalCode: undefined, city: undefined }],
])('of the country %o it goes to %o', (country, destination) => {
  expect(toDestination({ country, provinceCode: null, province: '', zip: undefined, city: null })).toEqual(
    destination,
  )
})
