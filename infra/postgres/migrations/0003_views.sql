-- What people look at. Everything here can be thrown away and rebuilt from the ledger. The tables of the projections
-- themselves are made by the projector (a rebuild fills new ones), so the runtime role may create in this schema.
CREATE SCHEMA views;

CREATE TABLE views.projection (
  name     text    NOT NULL,
  version  integer NOT NULL,
  state    text    NOT NULL,
  since    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (name, version)
);

CREATE TABLE views.projection_checkpoint (
  name      text    NOT NULL,
  version   integer NOT NULL,
  shard     integer NOT NULL,
  position  bigint  NOT NULL,
  hash      bytea   NOT NULL,
  PRIMARY KEY (name, version, shard)
) WITH (fillfactor = 10);

-- An event that a projection could not fold stops its shard of that projection until somebody decides.
CREATE TABLE views.quarantine (
  name        text    NOT NULL,
  version     integer NOT NULL,
  shard       integer NOT NULL,
  position    bigint  NOT NULL,
  error       text    NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  decision    text,
  decided_by  text,
  reason      text,
  decided_at  timestamptz,
  PRIMARY KEY (name, version, shard, position)
);
