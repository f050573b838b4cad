// The process that makes thumbnails, one at a time. Decoders of images read what strangers send: here they have neither
// the server's memory nor its keys, and when they fail or are stopped nothing else is.
import { setPriority } from 'node:os'
import type { Metadata, Sharp } from 'sharp'
import { thumbnailFramesMax, thumbnailPixelsMax } from '../limits.ts'
import type { ThumbnailJob, ThumbnailOutcome } from './thumbnail-job.ts'

setPriority(10)
const { default: sharp } = await import('sharp')
sharp.cache(false)
sharp.concurrency(1)
// Only the formats that browsers show: no vector graphics, no documents, nothing that could name another file.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    ...['VipsForeignLoadJpegFile', 'VipsForeignLoadPngFile', 'VipsForeignLoadNsgifFile', 'VipsForeignLoadWebpFile'],
    'VipsForeignLoadHeifFile',
  ],
})

process.on('disconnect', () => process.exit())
process.on('message', (job: ThumbnailJob) => {
  void make(job).then((outcome) => process.send?.(outcome))
})

async function make(job: ThumbnailJob): Promise<ThumbnailOutcome> {
  try {
    const still = await sharp(job.from, { limitInputPixels: false }).metadata()
    const isAnimated = job.animated && (still.pages ?? 1) > 1
    const frames = isAnimated ? (still.pages ?? 1) : 1
    if (still.width * still.height * frames > thumbnailPixelsMax || frames > thumbnailFramesMax)
      return { kind: 'too large' }
    return await resized(job, still, isAnimated)
  } catch {
    return { kind: 'refused' } // whatever a decoder says of a stranger's bytes
  }
}

const contentTypes: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
}

async function resized(job: ThumbnailJob, still: Metadata, isAnimated: boolean): Promise<ThumbnailOutcome> {
  const { width, height } = still.autoOrient
  const target = targetOf(job, width, height)
  const original = contentTypes[still.format]
  const mayStay = isAnimated || (still.pages ?? 1) === 1
  // "When the content is smaller than the requested dimensions, servers should return the original content".
  if (target === undefined && mayStay && original !== undefined)
    return { kind: 'original', contentType: original, width, height }
  const image = sharp(job.from, { animated: isAnimated, limitInputPixels: thumbnailPixelsMax, failOn: 'error' })
  const sized = image.autoOrient().resize(target ?? { width, height, fit: 'fill' })
  const { format, info } = await written(sized, job.to, { isAnimated, hasAlpha: still.hasAlpha })
  return { kind: 'made', contentType: format, width: info.width, height: info.pageHeight ?? info.height }
}

interface Target {
  readonly width: number
  readonly height: number
  readonly fit: 'cover' | 'inside'
}

/** What the image is made to; undefined when it is no larger than that. "Servers MUST NOT upscale thumbnails". */
function targetOf(
  { width, height, method }: ThumbnailJob,
  imageWidth: number,
  imageHeight: number,
): Target | undefined {
  if (imageWidth <= width && imageHeight <= height) return undefined
  if (method === 'scale') return { width, height, fit: 'inside' }
  const shrink = Math.min(1, imageWidth / width, imageHeight / height)
  return {
    width: Math.max(1, Math.round(width * shrink)),
    height: Math.max(1, Math.round(height * shrink)),
    fit: 'cover',
  }
}

interface Kind {
  readonly isAnimated: boolean
  readonly hasAlpha: boolean
}

/** "Servers SHOULD prefer to return image/webp thumbnails when supporting animation"; it holds transparency too. */
async function written(image: Sharp, to: string, { isAnimated, hasAlpha }: Kind) {
  if (isAnimated || hasAlpha)
    return { format: 'image/webp', info: await image.webp({ quality: 80, effort: 2 }).toFile(to) }
  return { format: 'image/jpeg', info: await image.jpeg({ quality: 80 }).toFile(to) }
}
