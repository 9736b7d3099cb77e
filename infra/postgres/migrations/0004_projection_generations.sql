-- A rebuild fills another generation of the same version beside the live one; which one answers is one row's state.
-- What was projected before this migration is thrown away: the projector fills it again.
DELETE FROM views.projection_checkpoint;
DELETE FROM views.projection;

ALTER TABLE views.projection
  ADD COLUMN generation integer NOT NULL,
  DROP CONSTRAINT projection_pkey,
  ADD PRIMARY KEY (name, version, generation),
  ADD CONSTRAINT projection_state CHECK (state IN ('building', 'live', 'retired'));
CREATE UNIQUE INDEX projection_one_live ON views.projection (name, version) WHERE state = 'live';
CREATE UNIQUE INDEX projection_one_building ON views.projection (name, version) WHERE state = 'building';

ALTER TABLE views.projection_checkpoint
  ADD COLUMN generation integer NOT NULL,
  DROP CONSTRAINT projection_checkpoint_pkey,
  ADD PRIMARY KEY (name, version, generation, shard);
