-- MySQL and MariaDB.
CREATE TABLE node_data (
  node_id VARCHAR(63) PRIMARY KEY,
  domain VARCHAR(255) NOT NULL,
  is_active BOOLEAN DEFAULT TRUE,
  subscription_plan VARCHAR(20),
  container_image VARCHAR(255)
);

INSERT INTO node_data (node_id, domain, subscription_plan, container_image) VALUES
  ('acme', 'https://acme.example.com/app', 'pro', 'nginx:1.27-alpine'),
  ('globex', 'globex.example.com', 'basic', 'nginx:1.27-alpine');
