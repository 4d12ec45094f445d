import type { SampleWrong } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { toWrong } from '../definition.ts'
import { inChinese } from '../said-in-chinese.ts'

const zodInChinese = z.locales.zhCN().localeError

/** A part of a description, or what is wrong in it, in both languages. */
export function readPart<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
): { data: z.output<Schema> } | { wrong: SampleWrong[] } {
  const read = schema.safeParse(given)
  if (read.success) return { data: read.data }
  // The schema's own sentences stay as they are; those of the library come in Chinese. Both find the same, in one order.
  const chinese = schema.safeParse(given, { error: zodInChinese }).error?.issues ?? []
  return {
    wrong: read.error.issues.map((issue, at) => ({
      ...toWrong(issue),
      ...(chinese[at] !== undefined && { messageInChinese: toWrong(chinese[at], sayInChinese).message }),
    })),
  }
}

function sayInChinese(message: string): string {
  return /\p{sc=Han}/u.test(message)
    ? message.replaceAll(/\b(?:string|object|boolean|record|undefined)\b/g, typeName)
    : inChinese(message)
}

function typeName(name: string): string {
  return { string: '文本', object: '对象', boolean: '是或否', record: '对象', undefined: '空' }[name] ?? name
}
