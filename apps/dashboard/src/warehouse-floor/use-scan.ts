import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'

/** What a scanned code means, as the hub knows it: an item and how many base units. */
export type Read = { sku: string; units: number }

/**
 * Looks scanned codes up, one after the other, and says what became of the last one.
 * @param onRead answers a sentence for the one who scans
 */
export function useScan(onRead: (read: Read) => { text: string; isGood: boolean }) {
  const { t } = useLanguage()
  const [said, setSaid] = useState<{ text: string; isGood: boolean }>()
  const look = useMutation({
    mutationFn: (code: string) => hub.findCode(code),
    // Codes come faster than answers: none overtakes another.
    scope: { id: 'scan' },
    onSuccess: ({ item, factor }) => setSaid(onRead({ sku: item.sku, units: factor })),
    onError: () => setSaid(undefined),
  })
  const problem = useProblemText(look.error)
  const text = look.isError ? problem : (said?.text ?? t('floor.scanHint'))
  return { scan: look.mutate, text, isBad: look.isError || said?.isGood === false }
}
