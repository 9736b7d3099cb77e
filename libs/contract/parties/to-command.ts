import type { PartyCommand } from '../../domain/party/commands.js';
import { toAmount, toInstant, toInstantOrNull } from '../to-values.js';
import type {
  DeclareRelationBody,
  EndRelationBody,
  RegisterPartyBody,
  RenamePartyBody,
} from './bodies.js';

/**
 * Validated bodies and the ids of the path, as commands on parties. One direction, nothing decided: texts become canonical
 * (instants in UTC, amounts without trailing zeros), absent members become null.
 */

export const toRegisterParty = (body: RegisterPartyBody): PartyCommand => ({
  type: 'RegisterParty',
  partyId: body.id,
  name: body.name,
  kinds: body.kinds,
});

export const toRenameParty = (partyId: string, body: RenamePartyBody): PartyCommand => ({
  type: 'RenameParty',
  partyId,
  name: body.name,
  renamedAt: toInstant(body.renamedAt),
});

export const toDeclareRelation = (partyId: string, body: DeclareRelationBody): PartyCommand => ({
  type: 'DeclareRelation',
  partyId,
  relationId: body.id,
  toPartyId: body.toPartyId,
  kind: body.kind,
  percent: body.percent === undefined ? null : toAmount(body.percent),
  from: toInstant(body.from),
  until: toInstantOrNull(body.until),
});

export const toEndRelation = (
  partyId: string,
  relationId: string,
  body: EndRelationBody,
): PartyCommand => ({
  type: 'EndRelation',
  partyId,
  relationId,
  endedAt: toInstant(body.endedAt),
});
