import { Camera } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useLanguage } from '../language.ts'

/** Fetched when somebody first wants it. */
const CameraScanner = lazy(() => import('./camera-scanner.tsx'))

/** The way to scan where there is no scanner but a phone; typing stays possible beside it. */
export function ScanByCamera({ onScan }: { onScan: (code: string) => void }) {
  const { t } = useLanguage()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="control h-11 shrink-0" onClick={() => setOpen(true)}>
        <Camera size={18} aria-hidden />
        <span className="max-sm:sr-only">{t('scanner.open')}</span>
      </button>
      {isOpen && (
        <Suspense>
          <CameraScanner onScan={onScan} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
