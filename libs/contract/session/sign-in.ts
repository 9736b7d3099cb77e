import { IsOptional } from 'class-validator';
import { About, IsText } from '../validation/decorators.js';

/** What a browser signs in with: one of the two. */
export class SignIn {
  @About('An API key.')
  @IsOptional()
  @IsText(128)
  key?: string;

  @About('What a one-time link has behind its #.')
  @IsOptional()
  @IsText(128)
  link?: string;
}
