import { enFirst } from './en-first.ts'
import { enRest } from './en-rest.ts'

/** English. Keys are the contract of every locale; `{{n}}` is a number already formatted for the locale. */
export const en = { ...enFirst, ...enRest }
/** The shape of every locale: the same keys, other words. */
export type Locale = { [Group in keyof typeof en]: Words<(typeof en)[Group]> }
type Words<T> = T extends string ? string : { [Key in keyof T]: Words<T[Key]> }
