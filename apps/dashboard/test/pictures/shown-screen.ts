/** A screen, or a dialog of one, that is pictured and described in the guide to the screens. */
export type ShownScreen = {
  /** Of its pictures' files. */
  name: string
  /** As the router has it. */
  route: string
  /** Where it is; what stands in braces is found in the demo (`places.ts`). The route itself, unless given. */
  path?: string
  /** Texts of the buttons that are pressed there, one after another, as keys of the locales. */
  press?: readonly string[]
  /** The first of these is pressed after the buttons: of a row, whose text is the demo’s. */
  open?: string
  /** Its layout is chosen as it opens: it is opened once for each width. */
  opensByWidth?: true
  /** Who looks, once the hub has accounts, signed in or not; unless given it is whoever sits at its machine. */
  as?: 'owner' | 'stranger'
  /** Its title, and in a sentence or two what it is for. */
  en: readonly [title: string, says: string]
  zh: readonly [title: string, says: string]
}
