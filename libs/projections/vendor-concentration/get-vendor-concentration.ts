import { Query } from '../asking/query.js';
import type { Concentration } from './answer.js';
import type { Views } from '../asking/read-view.js';
import { vendorConcentration, type VendorConcentrationQuestion } from './query.js';

/** How much hangs on one vendor. */
export class GetVendorConcentration extends Query<Concentration, VendorConcentrationQuestion> {
  readonly name = 'vendor-concentration';

  answer(views: Views): Promise<Concentration> {
    return vendorConcentration(views, this.asked);
  }
}
