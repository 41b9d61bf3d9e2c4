UPDATE nodes SET is_active = FALSE;
