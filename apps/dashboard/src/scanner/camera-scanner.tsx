import { Flashlight, X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { useEffect, useRef, useState } from 'react'
import { later } from '../clock.ts'
import { useLanguage } from '../language.ts'
import { type Camera, type CameraTrouble, openCamera } from './camera.ts'
import { type CodeReader, openCodeReader } from './code-reader.ts'
import { decideLook, NOTHING_SEEN } from './repeat.ts'
import { signalRead } from './signal.ts'

/** Between two looks: more often costs the battery and reads no more. */
const LOOK_EVERY_MS = 120

/** The phone's camera as a scanner: goes on reading, one code after the other, until it is closed. */
export default function CameraScanner(props: { onScan: (code: string) => void; onClose: () => void }) {
  const { t } = useLanguage()
  const video = useRef<HTMLVideoElement>(null)
  const [trouble, setTrouble] = useState<CameraTrouble>()
  const [camera, setCamera] = useState<Camera>()
  const [isLit, setLit] = useState(false)
  const [last, setLast] = useState<string>()
  const onScan = useRef(props.onScan)
  onScan.current = props.onScan

  useEffect(() => {
    let isOver = false
    let opened: Camera | undefined
    let cancel: (() => void) | undefined
    const look = async (read: CodeReader, seen = NOTHING_SEEN): Promise<void> => {
      const element = video.current
      if (isOver || element === null) return
      // Before the first picture there is nothing to look at.
      const code = element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await read(element) : undefined
      if (isOver) return
      const next = decideLook(seen, code)
      if (next.isNew && code !== undefined) {
        signalRead()
        setLast(code)
        onScan.current(code)
      }
      cancel = later(() => void look(read, next.seen).catch(fail), LOOK_EVERY_MS)
    }
    const fail = () => setTrouble('reader')
    const begin = async () => {
      const found = await openCamera()
      if (typeof found === 'string') return setTrouble(found)
      if (isOver) return found.close()
      opened = found
      setCamera(found)
      if (video.current !== null) {
        video.current.srcObject = found.stream
        await video.current.play()
      }
      await look(await openCodeReader())
    }
    begin().catch(fail)
    return () => {
      isOver = true
      cancel?.()
      opened?.close()
    }
  }, [])

  const light = camera?.light
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[#04101a99]" />
        <Dialog.Content className="panel fixed inset-x-2 top-2 z-50 mx-auto max-w-xl overflow-hidden shadow-2xl sm:top-12">
          <header className="flex items-center justify-between gap-3 border-b border-line px-4 py-2">
            <Dialog.Title className="font-semibold">{t('scanner.title')}</Dialog.Title>
            <div className="flex gap-2">
              {light && (
                <button
                  type="button"
                  className="control"
                  aria-pressed={isLit}
                  onClick={() => {
                    setLit(!isLit)
                    light(!isLit).catch(() => setLit(false))
                  }}
                >
                  <Flashlight size={16} aria-hidden />
                  {t('scanner.light')}
                </button>
              )}
              <Dialog.Close className="control" aria-label={t('app.close')}>
                <X size={16} aria-hidden />
              </Dialog.Close>
            </div>
          </header>
          <Dialog.Description className={trouble ? 'sr-only' : 'px-4 py-2 text-ink-2'}>
            {t('scanner.hint')}
          </Dialog.Description>
          {trouble === undefined ? (
            <video ref={video} muted playsInline className="max-h-[60vh] w-full bg-sunken object-cover" />
          ) : (
            <div role="alert" className="m-4 rounded-md border border-amber-fill bg-amber-soft p-4">
              <p className="font-semibold">{t(`scanner.trouble.${trouble}`)}</p>
              <p className="mt-1 text-ink-2">{t(`scanner.cure.${trouble}`)}</p>
            </div>
          )}
          <p role="status" className="min-h-11 px-4 py-2">
            {last !== undefined && (
              <>
                <span className="text-ink-2">{t('scanner.read')} </span>
                <span className="font-mono break-all">{last}</span>
              </>
            )}
          </p>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
