-- MySQL and MariaDB. Both colours run all the time; active_color says which one gets the traffic.
CREATE TABLE nodes (
  node_id VARCHAR(40) PRIMARY KEY,
  blue_version VARCHAR(30) NOT NULL,
  green_version VARCHAR(30) NOT NULL,
  active_color VARCHAR(5) NOT NULL DEFAULT 'blue' CHECK (active_color IN ('blue', 'green')),
  is_active BOOLEAN DEFAULT TRUE
);

INSERT INTO nodes (node_id, blue_version, green_version) VALUES
  ('acme', '1.27-alpine', '1.27-alpine'),
  ('globex', '1.27-alpine', '1.27-alpine');
