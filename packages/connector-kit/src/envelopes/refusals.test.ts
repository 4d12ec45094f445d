import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromEnvironment } from '../property-runs.ts'
import { quotes, textsOf } from './quoting.ts'
import { meaningOf, quotableSentence, type RefusalRule, refusalError } from './refusals.ts'

const somebody = {
  name: 'Qwendolyn Zyxwhite',
  company: 'Vexqort Partners',
  addressLines: ['77 Jabberwock Lane', '广东省深圳市 Flat Yqx'],
  city: 'Springfield',
  region: 'IL',
  postalCode: '62704',
  country: 'US',
  phone: '+1 217-555-0177',
  email: 'zyx.white@example.com',
}
const rules: readonly RefusalRule[] = [
  { codes: ['99'], says: /废弃/, means: 'gone' },
  { says: /令牌|token/i, means: 'unauthorized' },
  { says: /库存不足/, means: { invalid: 'lines.quantity' } },
]
const about = { operation: 'requestShipment', platform: 'GoodCang', rules }

test('whatever of the recipient a sentence quotes, nothing of it is kept', () => {
  const anyText = fc.constantFrom(...textsOf(somebody)).filter((text) => text.length > 2)
  fc.assert(
    fc.property(anyText, fc.string(), fc.string(), fc.boolean(), (text, before, after, isLoud) => {
      const quoted = isLoud ? text.toUpperCase() : text
      const message = `${before} ${quoted} ${after}`
      expect(quotes(message, textsOf(somebody))).toBe(true)
      const error = refusalError(
        { code: '7', message, requestId: 'r' },
        { ...about, quotable: { without: textsOf(somebody) } },
      )
      expect(error.message).toBe('requestShipment: GoodCang refuses (7)')
      expect(inspect(error, { depth: 9 })).not.toContain(quoted)
    }),
    fromEnvironment(),
  )
})

test.each([
  ['电话 2175550177 不正确', true],
  ['电话 217 555 0177 不正确', true],
  ['深圳的地址不支持', true],
  ['收件人 zyxwhite 不存在', true],
  ['ZIP 62704 is not served', true],
  ['参考号已存在', false],
  ['商品[TEA-1]不存在', false],
  ['The state IL needs a city', false],
  ['余额不足 12.50 USD', false],
])('%s: quotes somebody: %s', (sentence, isQuoting) => {
  expect(quotes(sentence, textsOf(somebody))).toBe(isQuoting)
})

test('what quotes nobody is kept, with code and request id', () => {
  const error = refusalError(
    { code: '10103001', message: ' 商品 TEA-1\n库存不足 ', requestId: '5F96' },
    { ...about, quotable: { without: textsOf(somebody) } },
  )
  expect(error).toMatchObject({
    kind: 'invalid',
    field: 'lines.quantity',
    message: 'requestShipment: GoodCang refuses: 商品 TEA-1 库存不足 (10103001)',
    platform: { status: 200, code: '10103001', requestId: '5F96' },
  })
})

test('a known code says more than a word; neither: it is refused and not known why', () => {
  const refusal = (message: string, code?: string) => ({ code, message, requestId: undefined })
  expect(meaningOf(refusal('令牌', '99'), rules)).toBe('gone')
  expect(meaningOf(refusal('订单已废弃'), rules)).toBe('gone')
  expect(meaningOf(refusal('?', '1'), rules)).toBeUndefined()
  expect(refusalError(refusal(''), { ...about, quotable: 'all' })).toMatchObject({
    kind: 'invalid',
    field: 'request',
    message: 'requestShipment: GoodCang refuses it',
  })
  expect(refusalError(refusal('app-token 错误'), { ...about, quotable: 'nothing' })).toMatchObject({
    kind: 'unauthorized',
    message: 'requestShipment: GoodCang refuses it',
  })
  expect(quotableSentence('长'.repeat(900), 'all')).toHaveLength(300)
})
