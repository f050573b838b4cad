// Former names of paths: clients and bridges written before 2022 say `r0` where the specification says `v3` today.
// https://spec.matrix.org/v1.19/#endpoint-versioning

interface FormerNames {
  readonly prefix: string
  readonly former: readonly string[]
}

const formerNames: readonly FormerNames[] = [
  {
    prefix: '/_matrix/client/v3/',
    former: ['/_matrix/client/r0/', '/_matrix/client/api/v1/', '/_matrix/client/unstable/'],
  },
  { prefix: '/_matrix/client/v1/', former: ['/_matrix/client/unstable/'] },
  { prefix: '/_matrix/media/v3/', former: ['/_matrix/media/r0/', '/_matrix/media/v1/'] },
]

/** The paths under which today's path has been known. */
export const legacyPaths = (path: string): readonly string[] => {
  const names = formerNames.find(({ prefix }) => path.startsWith(prefix))
  return names ? names.former.map((former) => former + path.slice(names.prefix.length)) : []
}
