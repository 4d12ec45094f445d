import { type CallOptions, type CheckResult, methodWarnings, toWarnings } from '@plimsoll/connector-kit'
import { account } from './answers.ts'
import { readLocations } from './stock.ts'
import { askFor, type Context } from './transport.ts'

/** The account is known by its customer code, which its barcodes and order numbers begin with. */
export async function check(context: Context, options?: CallOptions): Promise<CheckResult> {
  const { value } = await askFor(
    context,
    { operation: 'check', path: '/base_data/get_account_list', quotable: 'all', options },
    account,
  )
  const { customer_code, account_list } = value.data
  const firm = account_list.find(({ firm_name }) => firm_name !== undefined)?.firm_name
  const codes = (await readLocations(context, options)).map(({ externalId }) => externalId)
  return {
    account: firm === undefined ? customer_code : `${firm} (${customer_code})`,
    accountId: customer_code,
    currency: undefined,
    timeZone: 'Asia/Shanghai',
    missingScopes: [],
    ...toWarnings(methodWarnings(context.settings.shippingMethods, codes)),
  }
}
