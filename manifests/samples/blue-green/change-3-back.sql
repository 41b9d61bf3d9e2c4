UPDATE nodes SET active_color = 'blue' WHERE node_id = 'acme';
