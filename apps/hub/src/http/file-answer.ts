import { z } from 'zod'
import type { OtherContent } from './route.ts'

export const fileFormat = z.enum(['csv', 'xlsx'], 'use csv or xlsx')

export const fileAnswer: OtherContent = {
  contentType: 'application/octet-stream',
  description: 'A file, CSV (UTF-8) or Excel.',
}

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

/** A file that browsers save and do not show. */
export function fileHeaders(name: string, format: 'csv' | 'xlsx'): Record<string, string> {
  return {
    'content-type': TYPES[format],
    'content-disposition': `attachment; filename="${name}.${format}"`,
    'x-content-type-options': 'nosniff',
  }
}
