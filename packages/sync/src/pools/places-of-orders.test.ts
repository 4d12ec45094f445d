import { expect, test } from 'vitest'
import { decideOrderPlaces, type PlaceOfOrders } from './places-of-orders.ts'

const MAIN = { defaultLocationId: 'main', isCountRead: true }
const place = (externalId: string, changes: Partial<PlaceOfOrders> = {}): PlaceOfOrders => ({
  externalId,
  countedByPlatform: false,
  tiedTo: null,
  locationIds: [],
  ...changes,
})

test('an order reserves at what stands behind the location that it names', () => {
  const places = [
    place('one', { locationIds: ['berlin'] }),
    place('several', { locationIds: ['a', 'main'] }),
    place('others', { locationIds: ['c', 'd'] }),
    place('left'),
    place('counted', { countedByPlatform: true, tiedTo: 'amazon' }),
    place('untied', { countedByPlatform: true }),
  ]
  expect(decideOrderPlaces(places, MAIN)).toEqual({
    of: new Map([
      ['one', 'berlin'],
      ['several', 'main'],
      ['others', 'c'],
      ['counted', 'amazon'],
      ['untied', null],
    ]),
    otherwise: 'main',
  })
})

test('I5: an order that names none never reserves where no level looks', () => {
  expect(decideOrderPlaces([place('one', { locationIds: ['berlin'] })], MAIN).otherwise).toBe('berlin')
  expect(decideOrderPlaces([place('left')], MAIN).otherwise).toBe('main')
  expect(decideOrderPlaces([], MAIN).otherwise).toBe('main')
})

test('a place that another counts and nobody can tie does not keep an order from reserving', () => {
  const places = [place('service', { countedByPlatform: true })]
  expect(decideOrderPlaces(places, { ...MAIN, isCountRead: false }).of.size).toBe(0)
})
