import type { Standing } from '../api/types.js';
import { spoken } from '../format/words.js';
import { Icon } from './icon.js';

const LEVELS: Readonly<Record<Standing['risk']['level'], string>> = {
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  none: 'None',
  unknown: 'Unknown',
};

/** How much it is to be worried about, by picture, word and colour, and why. */
export const Risk = ({ risk: { level, reason } }: { readonly risk: Standing['risk'] }) => (
  <span className={`risk ${level}`}>
    <Icon name={level} />
    <span>
      <strong>{LEVELS[level]}</strong>
      <span className="reason">{spoken(reason)}</span>
    </span>
  </span>
);
