-- What the serving processes may do. The owner is whoever migrates, and serves nothing.
-- By hand: psql -v runtime=ledger_runtime -f roles.sql (the role must exist and be able to log in).
GRANT USAGE ON SCHEMA ledger TO :"runtime";
GRANT SELECT ON ledger.ledger TO :"runtime";
GRANT SELECT, INSERT ON ledger.ledger_event TO :"runtime";
GRANT SELECT, UPDATE ON ledger.shard_head TO :"runtime";
GRANT SELECT, INSERT, UPDATE ON ledger.stream TO :"runtime";
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.parked TO :"runtime";
GRANT SELECT, INSERT ON ledger.refused TO :"runtime";
GRANT SELECT, INSERT, UPDATE ON ledger.relay_checkpoint TO :"runtime";
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.relay_member TO :"runtime";
-- Keys are made and revoked by the owner: a hole in the api must not be able to mint one.
GRANT SELECT ON ledger.api_key TO :"runtime";

GRANT USAGE, CREATE ON SCHEMA views TO :"runtime";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA views TO :"runtime";
GRANT SELECT, INSERT, UPDATE, DELETE ON views.skipped_event TO :"runtime";
