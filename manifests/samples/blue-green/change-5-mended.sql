UPDATE nodes SET green_version = '1.29-alpine' WHERE node_id = 'acme';
