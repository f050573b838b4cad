// What a web page says about itself: OpenGraph, or what comes near it. Reading stops where the page's head does.
// https://ogp.me
import type { Parser as HtmlParser } from 'htmlparser2'
import { previewFieldsMax, previewPageBytesMax, previewTextCharactersMax } from '../limits.ts'

/** Fields by name, `og:` included; `og:image` is still a URL of the web, relative to the page. */
export type PageFields = ReadonlyMap<string, string>

/** Reads the head of a page; what comes after it is not asked for. */
export async function readPageHead(
  body: AsyncIterable<Uint8Array>,
  contentType: string | undefined,
): Promise<PageFields> {
  const { Parser } = await import('htmlparser2')
  const head = new HeadReader()
  const parser: HtmlParser = new Parser(head, { decodeEntities: true })
  let decoder: TextDecoder | undefined
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    decoder ??= decoderFor(contentType, chunk)
    parser.write(decoder.decode(chunk, { stream: true }))
    if (head.isOver || bytes > previewPageBytesMax) break
  }
  parser.end()
  return head.fields()
}

/** Collects what the parser finds between the start of the page and its body. */
class HeadReader {
  isOver = false
  readonly #metas = new Map<string, string>()
  #title = ''
  #isTitle = false

  readonly onopentag = (name: string, attributes: Readonly<Record<string, string>>): void => {
    if (name === 'body') this.isOver = true
    if (this.isOver) return
    if (name === 'title' && this.#title === '') this.#isTitle = true
    const { property, name: metaName, content } = attributes
    const key = (property ?? metaName)?.trim().toLowerCase()
    if (name !== 'meta' || key === undefined || content === undefined) return
    if (!this.#metas.has(key) && this.#metas.size < previewFieldsMax) this.#metas.set(key, cleaned(content))
  }

  readonly ontext = (text: string): void => {
    if (this.#isTitle && this.#title.length < previewTextCharactersMax) this.#title += text
  }

  readonly onclosetag = (name: string): void => {
    if (name === 'title') this.#isTitle = false
    if (name === 'head') this.isOver = true
  }

  /** "og:title" and the rest, with the next best where the page does not say. */
  fields(): PageFields {
    const found = new Map([...this.#metas].filter(([key, value]) => key.startsWith('og:') && value !== ''))
    const fallBack = (field: string, ...values: readonly (string | undefined)[]) => {
      const value = values.find((each) => each !== undefined && each !== '')
      if (!found.has(field) && value !== undefined) found.set(field, value)
    }
    fallBack('og:title', this.#metas.get('twitter:title'), cleaned(this.#title))
    fallBack('og:description', this.#metas.get('twitter:description'), this.#metas.get('description'))
    fallBack('og:image', found.get('og:image:secure_url'), found.get('og:image:url'), this.#metas.get('twitter:image'))
    return found
  }
}

const cleaned = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').trim().slice(0, previewTextCharactersMax).toWellFormed()

/** The header's charset goes before the page's own word. */
function decoderFor(contentType: string | undefined, start: Uint8Array): TextDecoder {
  const charset = /;\s*charset\s*=\s*"?([\w:.-]{1,40})/i
  const inPage = /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w:.-]{1,40})/i
  const label =
    charset.exec(contentType ?? '')?.[1] ?? inPage.exec(Buffer.from(start.subarray(0, 2048)).toString('latin1'))?.[1]
  try {
    return new TextDecoder(label ?? 'utf-8')
  } catch {
    return new TextDecoder() // a charset nobody knows
  }
}
