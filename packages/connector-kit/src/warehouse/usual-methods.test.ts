import { expect, test } from 'vitest'
import { isLoopbackUrl } from '../loopback.ts'
import { methodWarnings, USUAL_METHOD, usualMethodOf } from './usual-methods.ts'

test('one for a warehouse goes before the usual one', () => {
  const methods = ['UPS-GROUND', 'USEA=FEDEX-SMALLPARCEL']
  expect(usualMethodOf(methods, 'USEA')).toBe('FEDEX-SMALLPARCEL')
  expect(usualMethodOf(methods, 'USWE')).toBe('UPS-GROUND')
  expect(usualMethodOf(['USEA=A'], 'US')).toBeUndefined()
  for (const good of ['CODE', 'USEA=CODE', 'Winit-1/2', 'Express: CODE', 'Next day:USEA=CODE'])
    expect(good).toMatch(USUAL_METHOD)
  for (const bad of ['', 'A B', '=A', 'A=', 'A=B=C', ': A', 'Express:', 'Express: A B', 'A: B: C'])
    expect(bad).not.toMatch(USUAL_METHOD)
})

test('a wish is the channel’s word: it counts where the settings name it, and is no code of the warehouse', () => {
  const methods = ['GROUND', 'USEA=PARCEL', 'Express: AIR', 'Express: USEA=2DAY']
  expect(usualMethodOf(methods, 'USEA', 'Standard')).toBe('PARCEL')
  expect(usualMethodOf(methods, 'USWE', 'Standard')).toBe('GROUND')
  expect(usualMethodOf(methods, 'USEA', ' express ')).toBe('2DAY')
  expect(usualMethodOf(methods, 'USWE', 'Express')).toBe('AIR')
  // What the settings name as a code is one.
  expect(usualMethodOf(methods, 'USEA', 'GROUND')).toBe('GROUND')
  expect(usualMethodOf(['Express: AIR'], 'USEA', 'Standard')).toBeUndefined()
  expect(usualMethodOf(['Express: AIR'], 'USEA')).toBeUndefined()
  expect(usualMethodOf([], 'USEA', 'Standard')).toBeUndefined()
})

test('warehouses without one are warned of, not all by name', () => {
  expect(methodWarnings(['CODE'], ['A', 'B'])).toEqual([])
  const [one] = methodWarnings(['A=CODE'], ['A', 'B'])
  expect(one?.en).toContain('for B:')
  const [many] = methodWarnings([], ['A', 'B', 'C', 'D', 'E', 'F', 'G'])
  expect(many?.en).toContain('A, B, C, D, E and 2 more')
  for (const name of ['A', 'B', 'C', 'D', 'E']) expect(many?.zh).toContain(name)
  expect(many?.zh).toContain('等 7 个')
})

test.each([
  ['http://127.0.0.1:4100', true],
  ['https://localhost/x', true],
  ['http://[::1]:1', true],
  ['http://127.0.0.1.example', false],
  ['ftp://localhost', false],
  ['nowhere', false],
])('%s is of this machine: %s', (address, isOwn) => {
  expect(isLoopbackUrl(address)).toBe(isOwn)
})
