#!/bin/sh
# Once, when the data are made: the ledger's owner, which is no superuser, its database, and the role that serves.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
  -v owner="$LEDGER_OWNER_PASSWORD" -v runtime="$LEDGER_RUNTIME_PASSWORD" <<'SQL'
CREATE ROLE ledger_owner LOGIN PASSWORD :'owner';
CREATE ROLE ledger_runtime LOGIN PASSWORD :'runtime';
CREATE DATABASE ledger OWNER ledger_owner;
SQL
