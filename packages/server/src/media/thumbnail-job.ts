// What goes to the process that makes thumbnails, and what comes back.
import type { ThumbnailMethod } from './thumbnail-size.ts'

export interface ThumbnailJob {
  readonly width: number
  readonly height: number
  readonly method: ThumbnailMethod
  /** An animated image stays one. */
  readonly animated: boolean
  /** Where the image is, and where the thumbnail goes. */
  readonly from: string
  readonly to: string
}

export type ThumbnailOutcome =
  | { readonly kind: 'made'; readonly contentType: string; readonly width: number; readonly height: number }
  /** It is small enough as it is: nothing was written. */
  | { readonly kind: 'original'; readonly contentType: string; readonly width: number; readonly height: number }
  /** It is no image that is understood, or a broken one. */
  | { readonly kind: 'refused' }
  /** It has more pixels than are worth the work. */
  | { readonly kind: 'too large' }
