import { type CallOptions, type CheckResult, toWarnings, versionWarnings } from '@plimsoll/connector-kit'
import { chooseChannel, isWritable, listChannels, scopesOf } from './channel.ts'
import { API_VERSION, API_VERSION_ENDS_ON } from './limits.ts'
import { SCOPES } from './tokens.ts'
import type { Context } from './transport.ts'

/** The account is known by the channel that is written through: ShipBob's API names no other thing that stays. */
export async function check(context: Context, options?: CallOptions): Promise<CheckResult> {
  const found = await listChannels(context, options)
  const channel = chooseChannel(found, context.settings.channelId)
  const held = scopesOf(channel)
  const others = found.filter((each) => isWritable(each) && each.id !== channel.id)
  return {
    account: channel.name || channel.application_name || `channel ${channel.id}`,
    accountId: String(channel.id),
    currency: 'USD',
    timeZone: 'UTC',
    missingScopes: SCOPES.filter((scope) => !held.has(scope)),
    ...toWarnings([
      ...versionWarnings(
        { name: 'ShipBob', apiVersion: { version: API_VERSION, endsOn: API_VERSION_ENDS_ON, source: '' } },
        context.now(),
      ),
      ...(others.length > 0 && context.settings.channelId === undefined
        ? [
            {
              en: `The application may write through ${others.length + 1} channels; orders go through ${channel.id}. Name another in the settings if that is wrong.`,
              zh: `应用可通过 ${others.length + 1} 个渠道写入；订单经由 ${channel.id}。若不正确，请在设置中指定其他渠道。`,
            },
          ]
        : []),
    ]),
  }
}
