// Which thumbnails there are: every request is answered by one of a few sizes, so that few have to be made and kept.
// https://spec.matrix.org/v1.19/client-server-api/#thumbnails
import { MatrixError } from '@myelin/protocol/errors'

export type ThumbnailMethod = 'crop' | 'scale'

export interface ThumbnailSize {
  readonly width: number
  readonly height: number
  readonly method: ThumbnailMethod
  readonly animated: boolean
}

/** "Servers SHOULD produce thumbnails with the following dimensions": these first, then larger ones for large screens. */
const scaled: readonly (readonly [number, number])[] = [
  [320, 240],
  [640, 480],
  [800, 600],
  [1600, 1200],
  [3200, 2400],
]
const croppedSides: readonly number[] = [32, 96, 240, 480, 800, 1600]

export interface SizeRequest {
  readonly width: number
  readonly height: number
  readonly method?: ThumbnailMethod | undefined
  readonly animated?: boolean | undefined
}

/** "Servers must never return thumbnails smaller than the client's requested dimensions": the next size that has them. */
export function thumbnailSize(request: SizeRequest): ThumbnailSize {
  const { width, height, method = 'scale', animated = false } = request
  if (width < 1 || height < 1)
    throw new MatrixError('M_UNKNOWN', 'A thumbnail has a width and a height', { status: 400 })
  const [chosenWidth, chosenHeight] = method === 'crop' ? cropped(width, height) : scaledTo(width, height)
  return { width: chosenWidth, height: chosenHeight, method, animated }
}

const scaledTo = (width: number, height: number): readonly [number, number] =>
  scaled.find(([w, h]) => w >= width && h >= height) ?? scaled.at(-1) ?? [width, height]

/** "'crop' provides an image in the aspect ratio of the sizes given in the request": its longer side is one of a few. */
function cropped(width: number, height: number): readonly [number, number] {
  const longer = Math.max(width, height)
  const side = croppedSides.find((each) => each >= longer) ?? croppedSides.at(-1) ?? longer
  const sized = (each: number) => Math.max(1, Math.round((each * side) / longer))
  return [sized(width), sized(height)]
}
