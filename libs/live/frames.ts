import type { EndNews } from './news.js';
import { placeText, type Place } from './place.js';
import type { Told } from './told.js';

/** Blocks of a stream of Server-Sent Events (WHATWG HTML, 9.2.6). JSON has no line ends, so data is one line. */

/** After which time a browser connects again, in ms. */
const RETRY_MS = 2_000;

/** No event: whoever connects again with it misses nothing, however long nothing was told. */
export const placeFrame = (place: Place): string => `id: ${placeText(place)}\n\n`;

export const openingFrame = (place: Place): string =>
  `: commitment ledger\nretry: ${RETRY_MS}\n${placeFrame(place)}`;

export const beatFrame = (place: Place): string => `: still here\n${placeFrame(place)}`;

export const toldFrame = ({ name, data, place }: Told): string =>
  `id: ${placeText(place)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** `place`: where the stream is, if it has begun. */
export const endFrame = (reason: EndNews['reason'], place: Place | null): string => {
  const id = place === null ? '' : `id: ${placeText(place)}\n`;
  return `${id}event: end\ndata: ${JSON.stringify({ reason } satisfies EndNews)}\n\n`;
};
