import { Query } from '../asking/query.js';
import type { Seen } from '../asking/seen.js';
import type { Views } from '../asking/read-view.js';
import {
  vendorConcentration,
  type VendorConcentration,
  type VendorConcentrationQuestion,
} from './query.js';

/** How much hangs on one vendor. */
export class GetVendorConcentration extends Query<
  VendorConcentration & Seen,
  VendorConcentrationQuestion
> {
  readonly name = 'vendor-concentration';

  answer(views: Views): Promise<VendorConcentration & Seen> {
    return vendorConcentration(views, this.asked);
  }
}
