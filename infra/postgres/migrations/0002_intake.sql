-- What arrived and is not (yet) in the ledger, and who may send.

-- Usage for an agreement the ledger does not know yet: kept as it came and tried again.
CREATE TABLE ledger.parked (
  tenant      text        NOT NULL,
  source      text        NOT NULL,
  event_id    text        NOT NULL,
  agreement   text        NOT NULL,
  reason      text        NOT NULL,
  payload     text        NOT NULL,
  digest      bytea       NOT NULL,
  attempts    integer     NOT NULL DEFAULT 0,
  first_seen  timestamptz NOT NULL DEFAULT now(),
  next_try    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, source, event_id)
);
CREATE INDEX parked_due ON ledger.parked (next_try);
CREATE INDEX parked_agreement ON ledger.parked (tenant, agreement);

-- A line per refusal. The digest, not the payload: what was refused may be anything.
CREATE TABLE ledger.refused (
  refusal         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at              timestamptz NOT NULL DEFAULT now(),
  channel         text        NOT NULL,
  tenant          text,
  source          text,
  reference       text,
  code            text        NOT NULL,
  pointer         text,
  payload_digest  bytea
);
CREATE INDEX refused_at ON ledger.refused (tenant, at);

-- How far a shard was published, and who publishes it. Moved by compare-and-set with the lease epoch.
CREATE TABLE ledger.relay_checkpoint (
  shard        integer PRIMARY KEY,
  owner        text,
  lease_epoch  bigint  NOT NULL DEFAULT 0,
  lease_until  timestamptz,
  position     bigint  NOT NULL DEFAULT 0,
  hash         bytea
) WITH (fillfactor = 10);

-- Only the SHA-256 of a key is kept.
CREATE TABLE ledger.api_key (
  key_hash    bytea       PRIMARY KEY CHECK (octet_length(key_hash) = 32),
  name        text        NOT NULL,
  tenant      text        NOT NULL,
  role        text        NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  revoked_at  timestamptz
);
