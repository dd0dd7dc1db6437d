// Before anything is painted: a person who chose light or dark never sees the other flash by. Not inline, so that the
// content security policy needs no exception.
try {
  const chosen = localStorage.getItem('keywright.theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
} catch {
  // Storage is refused: the system's choice holds.
}
