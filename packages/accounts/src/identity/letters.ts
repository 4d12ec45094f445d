import type { Mail } from '../mail/outbox.store.ts'

export type LetterLanguage = 'en' | 'zh'

type Addressed = { to: string; language: LetterLanguage; url: string }

/** The letter with a link that sets a new password. */
export function resetLetter({ to, language, url }: Addressed): Mail {
  return language === 'zh'
    ? {
        to,
        subject: '重置您的 Plimsoll 密码',
        text: `有人请求重置此邮箱对应账户的密码。如果是您本人，请在一小时内打开以下链接：\n\n${url}\n\n设置新密码会结束所有登录，但通行密钥和第二因素保留不变，请之后核对。如果不是您本人，请忽略此邮件，密码不会改变。\n`,
      }
    : {
        to,
        subject: 'Set a new password for Plimsoll',
        text: `Somebody asked for a new password for the account of this address. If it was you, open this within an hour:\n\n${url}\n\nA new password ends all sessions; passkeys and the second factor stay, so look through them afterwards. If it was not you, do nothing: the password stays as it is.\n`,
      }
}

/** The letter with a link that shows that the address is whose it is said to be. */
export function verifyLetter({ to, language, url }: Addressed): Mail {
  return language === 'zh'
    ? {
        to,
        subject: '确认您的 Plimsoll 邮箱地址',
        text: `请打开以下链接，确认这是您的邮箱地址：\n\n${url}\n\n如果您没有注册，请忽略此邮件。\n`,
      }
    : {
        to,
        subject: 'Confirm your address for Plimsoll',
        text: `Open this to confirm that the address is yours:\n\n${url}\n\nIf you did not sign up, do nothing.\n`,
      }
}

/** The letter that invites somebody into an organization. */
export function invitationLetter(
  letter: Addressed & { organization: string; invitedBy: string; days: number },
): Mail {
  const { to, language, url, organization, invitedBy, days } = letter
  return language === 'zh'
    ? {
        to,
        subject: `${invitedBy} 邀请您加入 ${organization}`,
        text: `${invitedBy} 邀请您在 Plimsoll 中加入 ${organization}。请在 ${days} 天内打开以下链接：\n\n${url}\n\n如果您不认识邀请人，请忽略此邮件。\n`,
      }
    : {
        to,
        subject: `${invitedBy} invites you to ${organization}`,
        text: `${invitedBy} invites you to work in ${organization} on Plimsoll. Open this within ${days} days:\n\n${url}\n\nIf you do not know them, do nothing.\n`,
      }
}
