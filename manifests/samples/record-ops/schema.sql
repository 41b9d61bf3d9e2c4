-- MySQL and MariaDB.
CREATE TABLE node_data (
  node_id VARCHAR(63) PRIMARY KEY,
  is_active BOOLEAN DEFAULT TRUE,
  subscription_plan VARCHAR(20),
  deployment_region VARCHAR(30),
  container_image VARCHAR(255)
);

INSERT INTO node_data (node_id, subscription_plan, deployment_region, container_image) VALUES
  ('acme', 'enterprise', 'us-east-1', 'nginx:1.27-alpine'),
  ('globex', NULL, 'us-west-2', NULL);
