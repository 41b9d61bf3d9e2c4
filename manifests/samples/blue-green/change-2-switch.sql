UPDATE nodes SET active_color = 'green' WHERE node_id = 'acme';
