// What a command says: lines for people or one JSON object per line, on standard output; problems on standard error.
// Secrets that the run knows are never in it.
export class Output {
  readonly isJson: boolean
  readonly isQuiet: boolean
  readonly #secrets = new Set<string>()

  constructor({ isJson, isQuiet }: { readonly isJson: boolean; readonly isQuiet: boolean }) {
    this.isJson = isJson
    this.isQuiet = isQuiet
  }

  /** From now on this text is shown as `***`. */
  hide(secret: string): void {
    if (secret.length >= 4) this.#secrets.add(secret)
  }

  /** The text without secrets. */
  clean(text: string): string {
    let clean = text
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, '***')
    return clean
  }

  /** What others say may hold characters by which a terminal could be made to lie. */
  #shown(line: string): string {
    return this.clean(line).replaceAll(/(?!\n)[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, ' ')
  }

  /** Says the same to people, as a line, and to programs, as an object. */
  say(line: string, object: object): void {
    if (this.isJson) console.log(this.clean(JSON.stringify(object)))
    else if (!this.isQuiet) console.log(this.#shown(line))
  }

  warn(line: string): void {
    console.error(this.#shown(line))
  }
}
