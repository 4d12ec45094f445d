import { expect, test } from 'vitest'
import { privateAddressCode, publicLookup } from './public-lookup.ts'

const look = (hostname: string, options: Parameters<typeof publicLookup>[1]) =>
  new Promise((resolve) => {
    publicLookup(hostname, options, (error, found) => resolve(error ?? found))
  })

test.each([{ all: true }, { all: false }, {}])(
  'a name that leads to loopback is refused (%j)',
  async (options) => {
    expect(await look('localhost', options)).toMatchObject({ code: privateAddressCode })
  },
)

test('a public address is passed on', async () => {
  expect(await look('8.8.8.8', { all: false })).toBe('8.8.8.8')
  expect(await look('8.8.8.8', { all: true })).toEqual([{ address: '8.8.8.8', family: 4 }])
})

test('a name that does not exist fails as it always does', async () => {
  expect(await look('nowhere.invalid', { all: true })).toMatchObject({
    code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
  })
})
