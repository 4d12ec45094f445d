import type { Locale } from './en.ts'
import { zhFirst } from './zh-first.ts'
import { zhRest } from './zh-rest.ts'

/** 简体中文。 Chinese has one plural form; `_one` repeats it because the keys of all locales are equal. */
export const zh: Locale = { ...zhFirst, ...zhRest }
