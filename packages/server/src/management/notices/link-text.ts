import { oneLine } from '../../events/mailer.ts'

export interface MessageText {
  subject: string
  text: string
  html: string
}

export interface LinkText {
  subject: string
  /** Before the link. */
  paragraphs: readonly string[]
  link: { label: string; url: string }
  /** After it. */
  foot: readonly string[]
}

// Mail programs take styles of the element alone. Contrast of text and button is above 4.5 on white.
const PAGE =
  'max-width:560px;margin:0 auto;padding:24px;font-family:system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5;color:#1a1d24'
const BUTTON = 'display:inline-block;padding:14px 28px;border-radius:8px;background:#1f4fd8;color:#ffffff;font-size:16px;font-weight:600;text-decoration:none'
const SMALL = 'font-size:13px;color:#5b6270'

/** A mail around one link. Every line is one line, whatever names stand in it; nothing is loaded from anywhere. */
export function linkText({ subject, paragraphs, link, foot }: LinkText): MessageText {
  const [before, after] = [paragraphs.map(oneLine), foot.map(oneLine)]
  return {
    subject: oneLine(subject).slice(0, 200),
    text: `${[...before, `${link.label}:\n${link.url}`, ...after].join('\n\n')}\n`,
    html: [
      `<div style="${PAGE}">`,
      ...before.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
      `<p style="margin:28px 0"><a href="${escapeHtml(link.url)}" style="${BUTTON}">${escapeHtml(link.label)}</a></p>`,
      `<p style="${SMALL}">If the button does not work, open this address:<br><span style="word-break:break-all">${escapeHtml(link.url)}</span></p>`,
      ...after.map((paragraph) => `<p style="${SMALL}">${escapeHtml(paragraph)}</p>`),
      '</div>',
    ].join('\n'),
  }
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}
