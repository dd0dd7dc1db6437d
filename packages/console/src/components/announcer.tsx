/** Tells screen readers the name of the page one comes to; `useTitle` writes it. */
export function Announcer() {
  return <div id="announcer" aria-live="polite" aria-atomic="true" className="sr-only" />
}
