import type { SavedView, ViewScreen } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Bookmark, Ellipsis } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useState } from 'react'
import { useLanguage } from '../language.ts'
import { useViewChange } from './use-view-change.ts'
import { DeleteView, RenameView, SaveView } from './view-dialogs.tsx'
import { isShown, toViewSearch, viewHref, viewsQuery } from './view-queries.ts'

const itemClass =
  'flex min-h-9 cursor-pointer items-center gap-2 rounded px-2.5 py-1 outline-none data-[highlighted]:bg-sea-soft data-[disabled]:text-ink-3'
const contentClass = 'panel z-50 max-h-[70vh] w-72 max-w-[calc(100vw-2rem)] overflow-y-auto p-1.5 shadow-2xl'

type Asked = { kind: 'save' } | { kind: 'rename' | 'delete'; view: SavedView } | undefined

/** The saved views of a screen: goes to one, keeps what is shown now, renames, shares and deletes. */
export function ViewMenu({ screen }: { screen: ViewScreen }) {
  const { t } = useLanguage()
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const { data } = useQuery(viewsQuery)
  const views = data?.rows.filter((each) => each.screen === screen) ?? []
  const shown = views.find((view) => isShown(view, search))
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const goTo = (view: SavedView) => void navigate({ href: viewHref(view) })
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <button type="button" className="control max-w-56">
            <Bookmark size={15} aria-hidden className="shrink-0" />
            <span className="truncate">
              {shown === undefined ? t('views.menu') : t('views.chosen', { name: shown.name })}
            </span>
          </button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={4}
            className={contentClass}
            aria-label={t('views.title')}
          >
            {views.length === 0 && <p className="px-2.5 py-2 text-ink-2">{t('views.none')}</p>}
            {views.map((view) => (
              <div key={view.viewId} className="flex items-stretch">
                <DropdownMenu.Item className={`${itemClass} min-w-0 flex-1`} onSelect={() => goTo(view)}>
                  <span className={`min-w-0 truncate ${view === shown ? 'font-semibold' : ''}`}>
                    {view.name}
                  </span>
                  <span className="ml-auto shrink-0 text-xs text-ink-2">
                    {t(view.shared ? 'views.sharedMark' : 'views.private')}
                  </span>
                </DropdownMenu.Item>
                <More view={view} search={search} onAsk={setAsked} />
              </div>
            ))}
            <DropdownMenu.Separator className="my-1.5 border-t border-line" />
            <DropdownMenu.Item className={itemClass} onSelect={() => setAsked({ kind: 'save' })}>
              {t('views.save')}
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {asked?.kind === 'save' && <SaveView screen={screen} search={toViewSearch(search)} onClose={close} />}
      {asked?.kind === 'rename' && <RenameView view={asked.view} onClose={close} />}
      {asked?.kind === 'delete' && <DeleteView view={asked.view} onClose={close} />}
    </>
  )
}

/** What may be done with one view. */
function More(props: { view: SavedView; search: object; onAsk: (asked: Asked) => void }) {
  const { view, search, onAsk } = props
  const { t } = useLanguage()
  const { change, problem } = useViewChange()
  return (
    <DropdownMenu.Sub>
      <DropdownMenu.SubTrigger
        className={`${itemClass} w-9 shrink-0 justify-center`}
        aria-label={t('views.of', { name: view.name })}
      >
        <Ellipsis size={15} aria-hidden />
      </DropdownMenu.SubTrigger>
      <DropdownMenu.Portal>
        <DropdownMenu.SubContent className={contentClass}>
          <DropdownMenu.Item
            className={itemClass}
            onSelect={() => void navigator.clipboard?.writeText(location.origin + viewHref(view))}
          >
            {t('views.copy')}
          </DropdownMenu.Item>
          {view.mayChange && (
            <>
              <DropdownMenu.Item
                className={itemClass}
                disabled={isShown(view, search)}
                onSelect={() => change.mutate({ view, change: { search: toViewSearch(search) } })}
              >
                {t('views.update')}
              </DropdownMenu.Item>
              <DropdownMenu.Item className={itemClass} onSelect={() => onAsk({ kind: 'rename', view })}>
                {t('views.rename')}
              </DropdownMenu.Item>
              {view.mine && (
                <DropdownMenu.Item
                  className={itemClass}
                  // What is refused stays to be read.
                  onSelect={(event) => {
                    event.preventDefault()
                    change.mutate({ view, change: { shared: !view.shared } })
                  }}
                >
                  {t(view.shared ? 'views.unshare' : 'views.share')}
                </DropdownMenu.Item>
              )}
              <DropdownMenu.Item className={itemClass} onSelect={() => onAsk({ kind: 'delete', view })}>
                {t('views.remove')}
              </DropdownMenu.Item>
            </>
          )}
          {problem && (
            <p role="alert" className="px-2.5 py-1 text-red">
              {t('views.failed', { detail: problem })}
            </p>
          )}
        </DropdownMenu.SubContent>
      </DropdownMenu.Portal>
    </DropdownMenu.Sub>
  )
}
