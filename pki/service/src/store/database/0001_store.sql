CREATE TABLE audit (
  seq BIGINT PRIMARY KEY,
  record TEXT NOT NULL,
  hash BLOB NOT NULL
);

CREATE TABLE audit_head (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  seq BIGINT NOT NULL,
  hash BLOB NOT NULL
);

CREATE TABLE authority (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  certificate BLOB NOT NULL,
  chain BLOB NOT NULL,
  not_before BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  retired BIGINT
);

CREATE TABLE crl (
  authority TEXT PRIMARY KEY,
  number BIGINT NOT NULL,
  this_update BIGINT NOT NULL,
  next_update BIGINT NOT NULL,
  der BLOB NOT NULL
);

CREATE TABLE certificate (
  id TEXT PRIMARY KEY,
  authority TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  evcoid TEXT,
  pcid TEXT,
  not_before BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  der BLOB NOT NULL,
  state TEXT NOT NULL,
  changed BIGINT NOT NULL,
  reason BIGINT,
  record BIGINT NOT NULL
);
CREATE UNIQUE INDEX certificate_record ON certificate (record);
CREATE INDEX certificate_revoked ON certificate (authority, id) WHERE state = 'revoked';
CREATE INDEX certificate_due ON certificate (not_after) WHERE state IN ('issued', 'delivered');

CREATE TABLE provisioning (
  pcid TEXT PRIMARY KEY,
  leaf BLOB NOT NULL,
  subs BLOB NOT NULL,
  roots TEXT NOT NULL,
  owner TEXT,
  previous_pcid TEXT,
  not_after BIGINT NOT NULL,
  state TEXT NOT NULL,
  changed BIGINT NOT NULL,
  reason TEXT
);

CREATE TABLE contract (
  stem TEXT PRIMARY KEY,
  evcoid TEXT NOT NULL,
  pcid TEXT,
  owner TEXT,
  state TEXT NOT NULL,
  changed BIGINT NOT NULL,
  reason TEXT,
  not_after BIGINT,
  certificate TEXT,
  preferred BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX contract_pcid ON contract (pcid) WHERE pcid IS NOT NULL;
CREATE INDEX contract_due ON contract (not_after)
  WHERE not_after IS NOT NULL AND state IN ('active', 'suspended');

CREATE TABLE contract_data (
  id TEXT PRIMARY KEY,
  evcoid TEXT NOT NULL,
  pcid TEXT NOT NULL,
  receiver BLOB NOT NULL,
  body BLOB NOT NULL,
  certificate TEXT NOT NULL,
  created BIGINT NOT NULL
);

CREATE TABLE root (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  der BLOB NOT NULL,
  not_after BIGINT NOT NULL,
  owner TEXT
);

CREATE TABLE endpoint (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  secret BLOB NOT NULL,
  events TEXT NOT NULL,
  owner TEXT,
  created BIGINT NOT NULL
);

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  endpoint TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  created BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  due BIGINT NOT NULL,
  trouble TEXT
);
CREATE INDEX outbox_due ON outbox (due);

CREATE TABLE client (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  hash BLOB NOT NULL,
  roles TEXT NOT NULL,
  party TEXT,
  expires BIGINT,
  revoked BIGINT
);
CREATE UNIQUE INDEX client_hash ON client (hash);

CREATE TABLE reply (
  id TEXT PRIMARY KEY,
  digest BLOB NOT NULL,
  expires BIGINT NOT NULL,
  status BIGINT NOT NULL,
  content_type TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE INDEX reply_expires ON reply (expires);

-- only sqlite
CREATE TRIGGER audit_keeps_records BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_keeps_all BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
-- only postgres
CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$;
CREATE TRIGGER audit_keeps_records BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_only_grows();
CREATE TRIGGER audit_keeps_all BEFORE TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
