import { expectSoundListing } from '@plimsoll/connector-kit/conformance'
import { describe, expect, test } from 'vitest'
import { offers as offersSchema } from './answers.ts'
import { digestOf } from './ids.ts'
import { toQuantityRequest } from './level-writes.ts'
import { shownOf } from './levels.ts'
import { toItemListings, toOfferListing } from './listing-map.ts'
import { leadingListingOf, publishedOf, type SkuFacts } from './sku-facts.ts'
import { toItem } from './trading.ts'
import { childOf, childrenOf, readXml } from './xml.ts'

/** An answer as the Trading API's reference shows one: a single thing, one with variations, an auction. */
const activeList = `<?xml version="1.0" encoding="UTF-8"?>
<GetMyeBaySellingResponse xmlns="urn:ebay:apis:eBLBaseComponents">
  <Timestamp>2026-11-26T10:00:00.000Z</Timestamp><Ack>Success</Ack><Version>1451</Version>
  <ActiveList><ItemArray>
    <Item>
      <ItemID>110000000001</ItemID><Title>Tea &amp; more</Title><SKU>TEA</SKU><ListingType>FixedPriceItem</ListingType>
      <Quantity>44</Quantity><QuantityAvailable>16</QuantityAvailable>
      <SellingStatus><CurrentPrice currencyID="GBP">14.41</CurrentPrice><QuantitySold>28</QuantitySold></SellingStatus>
    </Item>
    <Item>
      <ItemID>110000000002</ItemID><Title>Shirt</Title><ListingType>StoresFixedPrice</ListingType><Quantity>12</Quantity>
      <Variations>
        <Variation><SKU>SHIRT-L</SKU><Quantity>9</Quantity><SellingStatus><QuantitySold>2</QuantitySold></SellingStatus>
          <VariationSpecifics><NameValueList><Name>Size</Name><Value>L</Value></NameValueList></VariationSpecifics></Variation>
        <Variation><Quantity>3</Quantity><SellingStatus><QuantitySold>0</QuantitySold></SellingStatus>
          <VariationSpecifics><NameValueList><Name>Size</Name><Value>M</Value></NameValueList></VariationSpecifics></Variation>
      </Variations>
    </Item>
    <Item><ItemID>110000000003</ItemID><Title>Old chair</Title><ListingType>Chinese</ListingType><Quantity>1</Quantity></Item>
  </ItemArray><PaginationResult><TotalNumberOfPages>1</TotalNumberOfPages><TotalNumberOfEntries>3</TotalNumberOfEntries></PaginationResult>
  </ActiveList>
</GetMyeBaySellingResponse>`
const items = childrenOf(childOf(readXml(activeList), 'ActiveList', 'ItemArray'), 'Item').map(toItem)

test('listings made elsewhere: a single thing, each variation, and what cannot be set', () => {
  const rows = items.flatMap(toItemListings)
  for (const row of rows) expectSoundListing(row)
  const small = digestOf([{ name: 'Size', value: 'M' }])
  expect(rows).toMatchObject([
    {
      externalId: '110000000001',
      stockUnitId: 'item:110000000001',
      sku: 'TEA',
      title: 'Tea & more',
      tracked: true,
    },
    {
      externalId: '110000000002/SHIRT-L',
      stockUnitId: 'item:110000000002/SHIRT-L',
      title: 'Shirt – L',
      tracked: true,
    },
    { externalId: `110000000002~${small}`, sku: undefined, title: 'Shirt – M' },
    { externalId: '110000000003', tracked: false },
  ])
})

test('units that can be bought: what it says, or what was put up less what was sold', () => {
  expect(items.map(({ available }) => available)).toEqual([16, undefined, undefined])
  expect(items[1]?.variations.map(({ available }) => available)).toEqual([7, 3])
})

test('a listing without a number is Malformed', () => {
  expect(() => toItem(readXml('<Item><Title>Tea</Title></Item>'))).toThrow(
    expect.objectContaining({ kind: 'malformed' }),
  )
})

describe('listings of the Inventory API', () => {
  const { offers } = offersSchema.parse({
    total: 3,
    offers: [
      {
        offerId: '9',
        sku: 'TEA',
        status: 'PUBLISHED',
        format: 'FIXED_PRICE',
        availableQuantity: 7,
        marketplaceId: 'EBAY_GB',
        listing: { listingId: '1100', listingStatus: 'ACTIVE', soldQuantity: 1 },
      },
      {
        offerId: '8',
        sku: 'TEA',
        status: 'PUBLISHED',
        format: 'FIXED_PRICE',
        listing: { listingId: '990', listingStatus: 'OUT_OF_STOCK' },
      },
      { offerId: '7', sku: 'TEA', status: 'UNPUBLISHED', format: 'FIXED_PRICE' },
      { offerId: '6', sku: 'TEA', status: 'PUBLISHED', format: 'AUCTION', listing: { listingId: '500' } },
    ],
  })
  const facts: SkuFacts = {
    sku: 'TEA',
    item: {
      availability: { shipToLocationAvailability: { quantity: 9 } },
      product: { title: 'Tea', ean: ['Does not apply'], upc: ['4006381333931'] },
    },
    offers: publishedOf(offers),
  }

  test('one for each published fixed-price offer; they share one number', () => {
    const rows = facts.offers.map((offer) => toOfferListing(facts, offer))
    for (const row of rows) expectSoundListing(row)
    expect(leadingListingOf(facts)).toBe('990')
    expect(rows).toMatchObject([
      { externalId: '990', stockUnitId: 'offer:990/TEA', barcode: '4006381333931', state: 'active' },
      { externalId: '1100', stockUnitId: 'offer:990/TEA', state: 'active' },
    ])
  })

  test('one of a group is a variation', () => {
    const grouped: SkuFacts = { ...facts, item: { ...facts.item, inventoryItemGroupKeys: ['G'] } }
    const [offer] = grouped.offers
    if (offer === undefined) throw new Error('there is one')
    expect(toOfferListing(grouped, offer).externalId).toBe('990/TEA')
  })

  test('one that has ended leads nothing, caps nothing, and is not revised', () => {
    const [first, ...rest] = facts.offers
    if (first === undefined) throw new Error('there is one')
    const ended = { ...first, availableQuantity: 1, listing: { ...first.listing, listingStatus: 'ENDED' } }
    const relisted = { ...facts, offers: [ended, ...rest] }
    expect(leadingListingOf(relisted)).toBe('1100')
    expect(shownOf(relisted)).toBe(shownOf({ ...facts, offers: rest }))
    expect(toQuantityRequest(relisted, 4).offers).toEqual(
      rest.map(({ offerId }) => ({ offerId, availableQuantity: 4 })),
    )
    expect(leadingListingOf({ offers: [ended] })).toBeUndefined()
  })

  test('I12: what buyers see is the lesser number; without a total there is none', () => {
    expect(shownOf(facts)).toBe(7)
    expect(shownOf({ ...facts, item: {} })).toBeUndefined()
  })

  test.each([
    ['INACTIVE', 'inactive'],
    ['ENDED', 'gone'],
    ['EBAY_ENDED', 'gone'],
  ])('%s is %s', (listingStatus, state) => {
    const offer = { offerId: '1', status: 'PUBLISHED', listing: { listingId: '1', listingStatus } }
    expect(toOfferListing(facts, offer).state).toBe(state)
  })

  test('an unknown status is Malformed', () => {
    const offer = { offerId: '1', status: 'PUBLISHED', listing: { listingId: '1', listingStatus: 'PAUSED' } }
    expect(() => toOfferListing(facts, offer)).toThrow(expect.objectContaining({ kind: 'malformed' }))
  })
})
