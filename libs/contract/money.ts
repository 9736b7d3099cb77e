import { About, IsContractAmount, IsCurrencyCode } from './validation/decorators.js';

/** Contract money above zero. */
export class MoneyBody {
  @About('Decimal text with no more decimals than the currency has.', { example: '123.45' })
  @IsContractAmount({ sign: 'positive' })
  amount!: string;

  @About('Active ISO 4217 code.', { example: 'USD' })
  @IsCurrencyCode()
  currency!: string;
}
