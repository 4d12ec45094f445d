import { expect, test } from 'vitest'
import { settingsSchema } from './settings.ts'
import { commonHeaders, toQuery } from './transport.ts'

test('the other markets are named with the version of their common interface; the United States are not', () => {
  expect(commonHeaders(settingsSchema.parse({ market: 'us' }), 'id-1')).toEqual({
    accept: 'application/json',
    'wm_svc.name': 'Walmart Marketplace',
    'wm_qos.correlation_id': 'id-1',
  })
  expect(commonHeaders(settingsSchema.parse({ market: 'mx' }), 'id-1')).toMatchObject({
    wm_market: 'mx',
    wm_global_version: '3.1',
  })
})

test('whatever a value is made of, a query brings it over whole, and a blank is no plus', () => {
  for (const value of ['a b', 'a+b', '50%', 'a&b=c', 'a/b?c#d', '"', '中文', '🧦', '', '*']) {
    const query = toQuery({ sku: value, shipNode: '1' })
    expect(query).not.toContain('+')
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({ sku: value, shipNode: '1' })
  }
})
