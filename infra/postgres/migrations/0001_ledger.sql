-- The ledger itself: facts, appended once and never changed.
CREATE SCHEMA ledger;

-- One row. The shard count is part of the ledger's identity: changing it would send streams to other shards.
CREATE TABLE ledger.ledger (
  singleton       boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
  ledger_id       uuid        NOT NULL,
  shard_count     integer     NOT NULL CHECK (shard_count BETWEEN 1 AND 1024),
  format_version  integer     NOT NULL,
  genesis_hash    bytea       NOT NULL CHECK (octet_length(genesis_hash) = 32),
  created_at      timestamptz NOT NULL DEFAULT now()
);

-- Narrow and half empty, so that every update stays in its page and touches no index (HOT).
CREATE TABLE ledger.shard_head (
  shard        integer PRIMARY KEY,
  epoch        integer NOT NULL,
  position     bigint  NOT NULL CHECK (position >= 0),
  hash         bytea   NOT NULL CHECK (octet_length(hash) = 32),
  recorded_at  timestamptz
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- `entry` is the text that was hashed, verbatim; the other columns repeat parts of it for indexes and for audit.
-- Fixed-width columns first: no padding between them. No prev_hash: it is the previous row's hash, and inside entry.
CREATE TABLE ledger.ledger_event (
  position        bigint      NOT NULL,
  recorded_at     timestamptz NOT NULL,
  effective_at    timestamptz NOT NULL,
  stream_id       uuid        NOT NULL,
  shard           integer     NOT NULL,
  stream_version  integer     NOT NULL,
  epoch           integer     NOT NULL,
  schema_version  integer     NOT NULL,
  tenant          text        NOT NULL,
  type            text        NOT NULL,
  source          text        NOT NULL,
  dedupe_key      text        NOT NULL,
  request_digest  bytea       NOT NULL,
  hash            bytea       NOT NULL,
  entry           text        NOT NULL,
  PRIMARY KEY (shard, position),
  CONSTRAINT ledger_event_dedupe_key UNIQUE (dedupe_key),
  CONSTRAINT ledger_event_stream_version UNIQUE (shard, stream_id, stream_version)
);
CREATE INDEX ledger_event_recorded_at ON ledger.ledger_event USING brin (recorded_at);

-- `state`: the folded decision state at `state_version`, so that a stream need not be folded from its beginning.
-- It changes cost, never meaning: clearing every state gives the same decisions.
CREATE TABLE ledger.stream (
  shard          integer NOT NULL,
  stream_id      uuid    NOT NULL,
  tenant         text    NOT NULL,
  kind           text    NOT NULL,
  key            text    NOT NULL,
  version        integer NOT NULL,
  last_position  bigint  NOT NULL,
  state_version  integer NOT NULL DEFAULT 0,
  state          text,
  PRIMARY KEY (shard, stream_id)
) WITH (fillfactor = 70);

-- Append-only is a grant first (roles.sql); this is the second net, for the owner and for a careless superuser.
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.ledger_event
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.ledger_event ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.ledger
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.ledger ENABLE ALWAYS TRIGGER append_only;
