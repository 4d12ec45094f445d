import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'

/** What a scanned code means, as the hub knows it: an item and how many base units. */
export type Read = { sku: string; units: number }

type OnRead = (read: Read) => { text: string; isGood: boolean }

/**
 * Looks scanned codes up, one after the other, and says what became of the last one.
 * @param onRead answers a sentence for the one who scans. That of the moment of the scan is asked: what is chosen on the screen
 * before the answer comes is for the next one.
 */
export function useScan(onRead: OnRead) {
  const { t } = useLanguage()
  const [said, setSaid] = useState<{ text: string; isGood: boolean }>()
  const look = useMutation({
    mutationFn: ({ code }: { code: string; onRead: OnRead }) => hub.findCode(code),
    // Codes come faster than answers: none overtakes another.
    scope: { id: 'scan' },
    onSuccess: ({ item, factor }, scanned) => setSaid(scanned.onRead({ sku: item.sku, units: factor })),
    onError: () => setSaid(undefined),
  })
  const problem = useProblemText(look.error)
  const text = look.isError ? problem : (said?.text ?? t('floor.scanHint'))
  const scan = (code: string) => look.mutate({ code, onRead })
  return { scan, text, isBad: look.isError || said?.isGood === false }
}
