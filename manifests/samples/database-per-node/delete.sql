DELETE FROM nodes WHERE node_id = 'acme-corp';
