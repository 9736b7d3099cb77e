import { describe, expect, it } from '@jest/globals';
import { deciders } from '../aggregates.js';
import { at } from '../testing/context.js';
import { given as givenOf } from '../testing/given.js';
import type { PartyCommand } from './commands.js';
import type { PartyEvent } from './events.js';

const given = givenOf(deciders.party, undefined);

const registered: PartyEvent = {
  type: 'PartyRegistered',
  body: { partyId: 'vendor', name: 'A Vendor', kinds: ['vendor', 'investor'] },
};

const relation = {
  partyId: 'vendor',
  relationId: 'stake',
  toPartyId: 'lab',
  kind: 'equity',
  percent: '14.9',
  from: at('2026-01'),
  until: null,
} as const;
const declared: PartyEvent = { type: 'RelationDeclared', body: relation };
const declare = (changed: Partial<PartyEvent['body']> = {}): PartyCommand => ({
  type: 'DeclareRelation',
  ...relation,
  ...changed,
});
const ended: PartyEvent = {
  type: 'RelationEnded',
  body: { partyId: 'vendor', relationId: 'stake', endedAt: at('2026-06') },
};
const end = (on: string, relationId = 'stake'): PartyCommand => ({
  type: 'EndRelation',
  partyId: 'vendor',
  relationId,
  endedAt: at(on),
});

describe('registering a party', () => {
  it('keeps each kind once', () => {
    given()
      .when({
        type: 'RegisterParty',
        ...registered.body,
        kinds: ['vendor', 'investor', 'vendor'],
      } as PartyCommand)
      .then(registered);
  });

  it('happens once', () => {
    given(registered)
      .when({ type: 'RegisterParty', ...registered.body } as PartyCommand)
      .thenRefused('PartyAlreadyRegistered', { partyId: 'vendor' });
  });
});

describe('renaming a party', () => {
  const renamed = (name: string, on: string): PartyEvent => ({
    type: 'PartyRenamed',
    body: { partyId: 'vendor', name, renamedAt: at(on) },
  });
  const rename = (name: string, on: string): PartyCommand => ({
    type: 'RenameParty',
    partyId: 'vendor',
    name,
    renamedAt: at(on),
  });

  it('gives it another name from a day on', () => {
    given(registered).when(rename('Meta', '2026-03')).then(renamed('Meta', '2026-03'));
    given(registered, renamed('Meta', '2026-03'))
      .when(rename('A Vendor', '2026-04'))
      .then(renamed('A Vendor', '2026-04'));
  });

  it('needs a registered party, and a name that it does not have', () => {
    given().when(rename('Meta', '2026-03')).thenRefused('PartyUnknown', { partyId: 'vendor' });
    given(registered)
      .when(rename('A Vendor', '2026-03'))
      .thenRefused('PartyAlreadyNamed', { partyId: 'vendor', name: 'A Vendor' });
    given(registered, renamed('Meta', '2026-03'))
      .when(rename('Meta', '2026-04'))
      .thenRefused('PartyAlreadyNamed', { partyId: 'vendor', name: 'Meta' });
  });

  it('comes after the last renaming', () => {
    for (const on of ['2026-02', '2026-03'])
      given(registered, renamed('Meta', '2026-03'))
        .when(rename('Other', on))
        .thenRefused('RenameBeforeLast', { renamedAt: at(on), lastRenamedAt: at('2026-03') });
  });
});

describe('relations between parties', () => {
  it('are declared and ended', () => {
    given(registered).when(declare()).then(declared);
    given(registered, declared).when(end('2026-06')).then(ended);
  });

  it('take any code for a name', () => {
    const named = declare({ relationId: 'constructor' });
    expect(given(registered).when(named).events()).toHaveLength(1);
  });

  it('need a registered party, and each other party another', () => {
    given().when(declare()).thenRefused('PartyUnknown', { partyId: 'vendor' });
    given().when(end('2026-06')).thenRefused('PartyUnknown');
    given(registered)
      .when(declare({ toPartyId: 'vendor' }))
      .thenRefused('RelationToItself');
  });

  it('are declared once and ended once', () => {
    given(registered, declared).when(declare()).thenRefused('RelationAlreadyDeclared');
    given(registered).when(end('2026-06')).thenRefused('RelationUnknown', { relationId: 'stake' });
    given(registered, declared, ended)
      .when(end('2026-07'))
      .thenRefused('RelationAlreadyEnded', { until: at('2026-06') });
  });

  it('last some time', () => {
    given(registered)
      .when(declare({ until: at('2026-01') }))
      .thenRefused('RelationIntervalEmpty');
    given(registered, declared).when(end('2026-01')).thenRefused('RelationIntervalEmpty');
  });

  it.each(['-1', '100.01', 'half'])('are not of %s percent', (percent) => {
    given(registered).when(declare({ percent })).thenRefused('PercentOutOfRange', { percent });
  });

  it('may be of all or of an unknown percent', () => {
    for (const percent of ['0', '100', null]) {
      expect(given(registered).when(declare({ percent })).events()).toHaveLength(1);
    }
  });

  it('do not come before the party they belong to', () => {
    expect(() => given(declared)).toThrow('a party has events before it was registered');
  });
});
