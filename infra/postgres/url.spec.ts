import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { asRole, passwordIn, roleIn } from './url.js';

describe('role and password of a URL are those that pg logs in with', () => {
  it.each([
    'postgres://own:p%40%25@[::1]:54690/led',
    'postgres://own:100%@127.0.0.1/led',
    'postgres://own:p%40%@127.0.0.1/led',
    'postgres://%C3%84%20b:%2F%3A@127.0.0.1/led',
    'postgres:///led?host=/tmp&user=own&password=p%40',
  ])('%s', (url) => {
    const { user, password } = new pg.Client({ connectionString: url });
    expect([roleIn(url), passwordIn(url)]).toEqual([user, password]);
  });

  it.each(['postgres://own:x@127.0.0.1/led', 'postgres:///led?host=/tmp&user=own'])(
    'and of one for another role: %s',
    (url) => {
      const [role, password] = [`A "b" $& %`, 'p% @:/?#'];
      const other = new pg.Client({ connectionString: asRole(url, role, password) });
      expect([other.user, other.password, other.database]).toEqual([role, password, 'led']);
    },
  );
});
