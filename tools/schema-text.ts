// Schemas as the reference shows them: the TypeScript type they stand for, short ones on a line, long ones as an outline.

type Schema = Readonly<Record<string, unknown>>

const columnsMax = 100

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The type of a schema; objects that do not fit a line are written over several, indented by two blanks a level. */
export const schemaText = (schema: unknown, indent = ''): string => {
  if (!isSchema(schema)) return 'unknown'
  if (typeof schema['title'] === 'string') return schema['title']
  if ('const' in schema) return JSON.stringify(schema['const'])
  if ('anyOf' in schema)
    return listOf(schema['anyOf'])
      .map((each) => schemaText(each, indent))
      .join(' | ')
  if (schema['type'] === 'array') return arrayText(schema, indent)
  if (schema['type'] === 'object') return objectText(schema, indent)
  return typeof schema['type'] === 'string' ? schema['type'] : 'unknown'
}

const arrayText = ({ items }: Schema, indent: string): string => {
  if (Array.isArray(items)) return `[${items.map((each) => schemaText(each, indent)).join(', ')}]`
  const item = schemaText(items, indent)
  return / \| /.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`
}

const objectText = (schema: Schema, indent: string): string => {
  const inner = `${indent}  `
  const required = new Set(listOf(schema['required']))
  const properties = isSchema(schema['properties']) ? Object.entries(schema['properties']) : []
  // Without either, any object will do.
  const anything = schema['properties'] === undefined ? { '^': {} } : {}
  const patterns = Object.values(isSchema(schema['patternProperties']) ? schema['patternProperties'] : anything)
  const fields = [
    ...properties.map(([name, each]) => `${keyText(name)}${required.has(name) ? '' : '?'}: ${schemaText(each, inner)}`),
    ...patterns.map((each) => `[key: string]: ${schemaText(each, inner)}`),
  ]
  const line = fields.length === 0 ? '{}' : `{ ${fields.join('; ')} }`
  if (!line.includes('\n') && indent.length + line.length <= columnsMax) return line
  return `{\n${fields.map((field) => `${inner}${field}\n`).join('')}${indent}}`
}

const keyText = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`)
