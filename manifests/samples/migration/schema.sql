-- MySQL and MariaDB. Tenants that run already are listed as inactive and switched on one by one:
-- UPDATE nodes SET is_active = TRUE WHERE node_id = 'acme-corp';
CREATE TABLE nodes (
  node_id VARCHAR(63) PRIMARY KEY,
  region VARCHAR(30),
  is_active BOOLEAN DEFAULT FALSE
);

INSERT INTO nodes (node_id, region) VALUES
  ('acme-corp', 'us-east-1'),
  ('globex-corp', 'us-west-2');
