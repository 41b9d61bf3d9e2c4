-- SQLite. The application writes customers; what the operator reads is the view: one row a tenant, with the sizes of
-- its plan. Try: UPDATE customers SET plan = 'pro' WHERE id = 'sprout';
--            or: UPDATE plans SET web_replicas = 3 WHERE plan = 'free';
CREATE TABLE plans (
  plan TEXT PRIMARY KEY,
  web_replicas INTEGER NOT NULL,
  api_replicas INTEGER NOT NULL,
  worker_replicas INTEGER NOT NULL,
  db_size TEXT NOT NULL CHECK (db_size IN ('small', 'medium', 'large'))
);

CREATE TABLE customers (
  id TEXT PRIMARY KEY,
  domain TEXT NOT NULL,
  plan TEXT NOT NULL DEFAULT 'free' REFERENCES plans (plan),
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  analytics INTEGER NOT NULL DEFAULT 0 CHECK (analytics IN (0, 1)),
  notifications INTEGER NOT NULL DEFAULT 1 CHECK (notifications IN (0, 1))
);

CREATE VIEW nodes AS
SELECT
  customers.id AS node_id,
  customers.domain AS domain,
  customers.active AS is_active,
  customers.plan AS plan,
  plans.web_replicas AS web_replicas,
  plans.api_replicas AS api_replicas,
  plans.worker_replicas AS worker_replicas,
  plans.db_size AS db_size,
  customers.analytics AS enable_analytics,
  customers.notifications AS enable_notifications
FROM customers
JOIN plans ON plans.plan = customers.plan;

INSERT INTO plans (plan, web_replicas, api_replicas, worker_replicas, db_size) VALUES
  ('free', 1, 1, 1, 'small'),
  ('pro', 2, 3, 2, 'medium'),
  ('enterprise', 4, 6, 4, 'large');

INSERT INTO customers (id, domain, plan, analytics) VALUES
  ('sprout', 'sprout.example.com', 'free', 0),
  ('acme', 'acme.example.com', 'pro', 0),
  ('globex', 'globex.example.com', 'enterprise', 1);
