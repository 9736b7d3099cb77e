import { IsOptional } from 'class-validator';
import { About, IsInstant, inTurn } from './validation/decorators.js';

/** When the command takes effect in business; the request's own date, or now, when it is not given. */
export const EffectiveAt = (
  about = 'When it took effect in business. Default: the date the request is about, else now.',
): PropertyDecorator => inTurn(About(about), IsOptional(), IsInstant());
