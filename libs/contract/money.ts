import { Currency, ContractAmount } from './validation/members.js';

/** Contract money above zero. */
export class MoneyBody {
  @ContractAmount('Decimal text with no more decimals than the currency has.', { sign: 'positive' })
  amount!: string;

  @Currency('Active ISO 4217 code.')
  currency!: string;
}
