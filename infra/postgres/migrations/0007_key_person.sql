-- Whose key it is, because rules of two people compare people and one may have several keys; and of which sources it may
-- post usage (null: of any). A key that was made before is a person of its own, as it counted until now.
ALTER TABLE ledger.api_key
  ADD COLUMN person text,
  ADD COLUMN sources text[] CHECK (sources <> '{}');
UPDATE ledger.api_key SET person = name;
ALTER TABLE ledger.api_key ALTER COLUMN person SET NOT NULL;
