UPDATE customers SET is_active = FALSE;
