import { type CallOptions, type CheckResult, Forbidden, toWarnings } from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { account, customers } from './answers.ts'
import * as documents from './documents.ts'
import { readPages } from './rows.ts'
import { type Context, read } from './transport.ts'

/** Named in a sentence at the most. */
const NAMED_MAX = 10

/** A brand's own account, or with a 3PL's token that of one of its customers. */
export async function check(context: Context, options?: CallOptions): Promise<CheckResult> {
  const { customerAccountId } = context.settings
  const { data } = await read(context, documents.account('check'), {}, account, options)
  const own = data.account.data
  const ownName = own.username || own.email || own.id
  const none = { currency: undefined, timeZone: undefined, missingScopes: [] }
  if (own.is_3pl !== true) {
    if (customerAccountId !== undefined && customerAccountId !== own.id)
      throw new Forbidden(
        `ShipHero’s account ${ownName} is no 3PL, so it has no customer account ${customerAccountId}. Leave the setting empty.`,
        'customerAccountId',
      )
    return { ...none, account: ownName, accountId: own.id, warnings: [] }
  }
  const found = await readCustomers(context, options)
  const named = found.slice(0, NAMED_MAX).map(({ id, username }) => `${username || id} (${id})`)
  const more = found.length > NAMED_MAX ? `, and ${found.length - NAMED_MAX} more` : ''
  const there = named.length === 0 ? 'none is shown' : `${named.join(', ')}${more}`
  if (customerAccountId === undefined)
    return {
      ...none,
      account: ownName,
      accountId: own.id,
      ...toWarnings([
        {
          en: `This is the account of a 3PL: name in the settings the customer whose goods these are. There: ${there}.`,
          zh: `这是第三方物流的账户：请在设置中指明货物属于哪个客户。可选：${named.length === 0 ? '未显示任何客户' : named.join('、')}。`,
        },
      ]),
    }
  const customer = found.find(({ id }) => id === customerAccountId)
  if (customer === undefined)
    throw new Forbidden(
      `ShipHero’s account ${ownName} has no customer account ${customerAccountId}. There: ${there}.`,
      'customerAccountId',
    )
  return {
    ...none,
    account: `${customer.username || customer.id} at ${ownName}`,
    accountId: customer.id,
    warnings: [],
  }
}

type Customer = z.infer<typeof customers>['account']['data']['customers']['nodes'][number]

function readCustomers(context: Context, options?: CallOptions): Promise<Customer[]> {
  return readPages(async (after) => {
    const { data } = await read(context, documents.customers, { after }, customers, options)
    return data.account.data.customers
  })
}
