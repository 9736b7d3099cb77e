import { IsIn, IsOptional, IsString } from 'class-validator';
import {
  RULE_KIND_NAMES,
  SEVERITIES,
  type RuleKind,
  type Severity,
} from '../../domain/alert-rules/kinds.js';
import { EffectiveAt } from '../effective-at.js';
import {
  About,
  IsAmount,
  IsCode,
  IsCurrencyCode,
  IsId,
  IsText,
  IsWholeNumber,
} from '../validation/decorators.js';

/** What a rule says, whenever it is stated. */
export class ChangeAlertRuleBody {
  @About('Its name, for people.', { example: 'Less than a tenth is left' })
  @IsText(200)
  name!: string;

  @About('What it watches.')
  @IsString()
  @IsIn(RULE_KIND_NAMES)
  kind!: RuleKind;

  @About(
    'From where on it fires: money, a fraction from 0 to 1, days (0 to 366), hours (1 to 8784) or an index (0 to 10000), as the kind says.',
    { example: '0.9' },
  )
  @IsOptional()
  @IsAmount({ sign: 'not-negative' })
  threshold?: string;

  @About('Of a threshold in money.', { example: 'USD' })
  @IsOptional()
  @IsCurrencyCode()
  currency?: string;

  @About('Only commitments of this agreement.')
  @IsOptional()
  @IsCode()
  agreementId?: string;

  @About('Only this commitment.')
  @IsOptional()
  @IsId(2)
  commitmentId?: string;

  @About('How bad it is. Default: warning.')
  @IsOptional()
  @IsString()
  @IsIn(SEVERITIES)
  severity?: Severity;

  @EffectiveAt()
  effectiveAt?: string;
}

export class DefineAlertRuleBody extends ChangeAlertRuleBody {
  @About('The code of the rule, chosen by you, for ever.', { example: 'nearly-used-up' })
  @IsCode()
  id!: string;
}

export class RetireAlertRuleBody {
  @About('Why.')
  @IsText(500)
  reason!: string;

  @EffectiveAt()
  effectiveAt?: string;
}

export class RegisterEndpointBody {
  @About('The code of the endpoint, chosen by you.', { example: 'treasury-desk' })
  @IsCode()
  id!: string;

  @About('Where alerts are posted to: https, and no address of a private network.', {
    example: 'https://alerts.example.com/ledger',
  })
  @IsText(2_000)
  url!: string;
}

export class RetireEndpointBody {
  @About('Why.')
  @IsText(500)
  reason!: string;
}

export class ReplayAlertsBody {
  @About('From the message of this number on; all of them, also those that were delivered.')
  @IsWholeNumber(1, Number.MAX_SAFE_INTEGER)
  from!: number;
}
