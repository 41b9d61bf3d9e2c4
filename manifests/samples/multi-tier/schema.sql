-- MySQL and MariaDB. One row is one tenant; three tenants, one of each size.
CREATE TABLE nodes (
  node_id VARCHAR(63) PRIMARY KEY,
  domain VARCHAR(255) NOT NULL,
  is_active BOOLEAN DEFAULT TRUE,
  web_replicas INT DEFAULT 2,
  api_replicas INT DEFAULT 3,
  worker_replicas INT DEFAULT 2,
  db_size VARCHAR(10) DEFAULT 'small', -- small, medium, large
  enable_analytics BOOLEAN DEFAULT FALSE,
  enable_notifications BOOLEAN DEFAULT TRUE,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
);

INSERT INTO nodes
  (node_id, domain, web_replicas, api_replicas, worker_replicas, db_size, enable_analytics)
VALUES
  ('free-corp', 'free.example.com', 1, 1, 1, 'small', FALSE),
  ('pro-corp', 'pro.example.com', 2, 3, 2, 'medium', FALSE),
  ('enterprise-corp', 'enterprise.example.com', 4, 6, 4, 'large', TRUE);
