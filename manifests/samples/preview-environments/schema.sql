-- MySQL and MariaDB. One row is one preview environment; it lives until expires_at.
CREATE TABLE environments (
  id VARCHAR(40) PRIMARY KEY,
  image VARCHAR(255) NOT NULL,
  expires_at TIMESTAMP NOT NULL
);

-- The clock is the database's: the hub sees a row turn inactive at its next read after that time.
CREATE VIEW live_environments AS
SELECT id, image, expires_at, (expires_at > NOW()) AS is_live FROM environments;

INSERT INTO environments (id, image, expires_at) VALUES
  ('pr-101', 'nginx:1.27-alpine', NOW() + INTERVAL 7 DAY),
  ('pr-102', 'nginx:1.27-alpine', NOW() + INTERVAL 7 DAY);
