import { Dialog } from 'radix-ui'
import { type FormEvent, type ReactNode, useRef } from 'react'
import { useLanguage } from '../language.ts'

/** A question before something with consequences. The children may ask for more. */
export function Confirm(props: {
  isOpen: boolean
  title: string
  text: string
  action: string
  /** Of the button that leaves everything as it is, where “Cancel” would be taken for the deed. */
  dismiss?: string
  isBusy: boolean
  onConfirm: () => void
  onClose: () => void
  children?: ReactNode
}) {
  const { t } = useLanguage()
  const opener = useRef<Element>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    props.onConfirm()
  }
  return (
    <Dialog.Root open={props.isOpen} onOpenChange={(open) => !open && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[#04101a99]" />
        <Dialog.Content
          onOpenAutoFocus={() => {
            opener.current = document.activeElement
          }}
          // Whoever works by keyboard goes on from where the question came up.
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            if (opener.current instanceof HTMLElement) opener.current.focus()
          }}
          className="panel fixed top-1/2 left-1/2 z-50 w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 p-5 shadow-2xl"
        >
          <form onSubmit={submit}>
            <Dialog.Title className="text-base font-semibold">{props.title}</Dialog.Title>
            <Dialog.Description className="mt-2 text-ink-2">{props.text}</Dialog.Description>
            {props.children}
            <div className="mt-5 flex justify-end gap-2">
              <button type="button" className="control" onClick={props.onClose}>
                {props.dismiss ?? t('app.cancel')}
              </button>
              <button type="submit" className="control control-strong" disabled={props.isBusy}>
                {props.action}
              </button>
            </div>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
