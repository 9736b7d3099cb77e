-- Publishers that are alive, so that each takes only its share of the shards and a newcomer gets some.
CREATE TABLE ledger.relay_member (
  owner       text        PRIMARY KEY,
  seen_until  timestamptz NOT NULL
) WITH (fillfactor = 10);
