/**
 * One line of a type table: a column of `type` that holds `literal` is read as `text`. These tables are the
 * documentation of what templates see (compat 3.5), and the suite checks them on real servers.
 */
export interface TypeCase {
  readonly type: string;
  readonly literal: string;
  readonly text: string;
}

function typeCase(type: string, literal: string, text: string): TypeCase {
  return { type, literal, text };
}

/** MySQL and MariaDB. BOOLEAN and BIT(1) are 1 and 0, both in the set of active values. */
export const mysqlTypes: readonly TypeCase[] = [
  typeCase("INT", "NULL", ""),
  typeCase("BOOLEAN", "TRUE", "1"),
  typeCase("BOOLEAN", "FALSE", "0"),
  typeCase("TINYINT", "-128", "-128"),
  typeCase("SMALLINT", "-32768", "-32768"),
  typeCase("MEDIUMINT", "8388607", "8388607"),
  typeCase("INT(5) ZEROFILL", "42", "42"),
  typeCase("INT(5) ZEROFILL", "0", "0"),
  typeCase("BIGINT", "-9223372036854775808", "-9223372036854775808"),
  typeCase("BIGINT", "9007199254740993", "9007199254740993"),
  typeCase("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"),
  typeCase("YEAR", "2024", "2024"),
  typeCase("BIT(1)", "b'1'", "1"),
  typeCase("BIT(1)", "b'0'", "0"),
  typeCase(
    "BIT(64)",
    "b'1000000000000000000000000000000000000000000000000000000000000001'",
    "9223372036854775809",
  ),
  typeCase("DECIMAL(10,2)", "10.50", "10.50"),
  typeCase(
    "DECIMAL(38,10)",
    "1234567890123456789012345678.0123456789",
    "1234567890123456789012345678.0123456789",
  ),
  typeCase("FLOAT", "3.14", "3.14"),
  typeCase("FLOAT", "1234567", "1.23457e+06"),
  typeCase("DOUBLE", "100000", "100000"),
  typeCase("DOUBLE", "123456", "123456"),
  typeCase("DOUBLE", "1000000", "1e+06"),
  typeCase("DOUBLE", "1234567", "1.234567e+06"),
  typeCase("DOUBLE", "0.00001", "1e-05"),
  typeCase("DOUBLE", "0.0001", "0.0001"),
  typeCase("DOUBLE", "1e21", "1e+21"),
  typeCase("DOUBLE", "-0.1", "-0.1"),
  typeCase("DATE", "'2024-01-15'", "2024-01-15T00:00:00Z"),
  typeCase("DATE", "'0000-00-00'", "0001-01-01T00:00:00Z"),
  typeCase("DATE", "'2024-00-15'", "2023-12-15T00:00:00Z"),
  typeCase("DATETIME", "'2024-01-15 10:30:00'", "2024-01-15T10:30:00Z"),
  typeCase("DATETIME(6)", "'2024-01-15 10:30:00.120000'", "2024-01-15T10:30:00.12Z"),
  typeCase("DATETIME(3)", "'0000-00-00 00:00:00'", "0001-01-01T00:00:00Z"),
  typeCase("TIMESTAMP NULL", "FROM_UNIXTIME(1705314600)", "2024-01-15T10:30:00Z"),
  typeCase("TIME", "'10:30:00'", "10:30:00"),
  typeCase("TIME", "'-800:00:01'", "-800:00:01"),
  typeCase("JSON", `'{"b": [1, 2.50], "a": "é"}'`, '{"b": [1, 2.50], "a": "é"}'),
  typeCase("VARCHAR(20)", "' padded '", " padded "),
  typeCase("VARCHAR(20)", "'日本語 🙂'", "日本語 🙂"),
  typeCase("VARCHAR(20) CHARACTER SET latin1", "'é'", "é"),
  typeCase("CHAR(5)", "'ab'", "ab"),
  typeCase("TEXT", "'{{ .uid }}'", "{{ .uid }}"),
  typeCase("ENUM('free','pro')", "'pro'", "pro"),
  typeCase("SET('a','b','c')", "'a,c'", "a,c"),
  typeCase("BLOB", "'raw bytes é'", "raw bytes é"),
  typeCase("VARBINARY(4)", "x'61620063'", "ab\0c"),
  typeCase("UUID", "'6ccd780c-baba-1026-9564-5b8c656024db'", "6ccd780c-baba-1026-9564-5b8c656024db"),
  typeCase("INET6", "'2001:db8::ff00:42:8329'", "2001:db8::ff00:42:8329"),
];

/** PostgreSQL. Booleans are `true` and `false`, both words of the set of active values; BIT(1) is `1` and `0`. */
export const postgresTypes: readonly TypeCase[] = [
  typeCase("integer", "NULL", ""),
  typeCase("boolean", "true", "true"),
  typeCase("boolean", "false", "false"),
  typeCase("bit(1)", "B'1'", "1"),
  typeCase("bit varying(8)", "B'0101'", "0101"),
  typeCase("smallint", "-32768", "-32768"),
  typeCase("bigint", "-9223372036854775808", "-9223372036854775808"),
  typeCase("bigint", "9007199254740993", "9007199254740993"),
  typeCase("numeric", "18446744073709551615", "18446744073709551615"),
  typeCase("numeric(10,2)", "10.50", "10.50"),
  typeCase("numeric", "'NaN'", "NaN"),
  typeCase("real", "3.14", "3.14"),
  typeCase("real", "1234567", "1.234567e+06"),
  typeCase("double precision", "123456", "123456"),
  typeCase("double precision", "1000000", "1e+06"),
  typeCase("double precision", "0.00001", "1e-05"),
  typeCase("double precision", "0.1", "0.1"),
  typeCase("double precision", "'Infinity'", "Infinity"),
  typeCase("date", "'2024-01-15'", "2024-01-15T00:00:00Z"),
  typeCase("date", "'infinity'", "infinity"),
  typeCase("date", "'0044-03-15 BC'", "0044-03-15 BC"),
  typeCase("timestamp", "'2024-01-15 10:30:00.120000'", "2024-01-15T10:30:00.12Z"),
  typeCase("timestamptz", "'2024-01-15 10:30:00+02'", "2024-01-15T08:30:00Z"),
  typeCase("timestamptz", "'2024-07-15 10:30:00.000001 Europe/Paris'", "2024-07-15T08:30:00.000001Z"),
  typeCase("time", "'10:30:00'", "10:30:00"),
  typeCase("interval", "'1 day 02:03:04'", "1 day 02:03:04"),
  typeCase("json", `'{"b": [1, 2.50], "a": "é"}'`, '{"b": [1, 2.50], "a": "é"}'),
  typeCase("jsonb", `'{"b": 12345678901234567890.10}'`, '{"b": 12345678901234567890.10}'),
  typeCase("uuid", "'6CCD780C-baba-1026-9564-5b8c656024db'", "6ccd780c-baba-1026-9564-5b8c656024db"),
  typeCase("bytea", "'raw bytes é'", "raw bytes é"),
  typeCase("text", "'日本語 🙂'", "日本語 🙂"),
  typeCase("varchar(20)", "' padded '", " padded "),
  typeCase("char(5)", "'ab'", "ab   "),
  typeCase("integer[]", "'{1,2,NULL}'", "{1,2,NULL}"),
  typeCase("text[]", `'{a,"b c"}'`, '{a,"b c"}'),
  typeCase("inet", "'10.0.0.0/8'", "10.0.0.0/8"),
];

/** SQLite, which has no dates, decimals or booleans of its own: what a declared type does is in the first column. */
export const sqliteTypes: readonly TypeCase[] = [
  typeCase("INTEGER", "NULL", ""),
  typeCase("INTEGER", "9223372036854775807", "9223372036854775807"),
  typeCase("INTEGER", "-9223372036854775808", "-9223372036854775808"),
  typeCase("BOOLEAN", "TRUE", "1"),
  typeCase("BOOLEAN", "'true'", "true"),
  typeCase("REAL", "3.14", "3.14"),
  typeCase("REAL", "3", "3"),
  typeCase("REAL", "1000000", "1e+06"),
  typeCase("REAL", "0.00001", "1e-05"),
  typeCase("DECIMAL(10,2)", "10.50", "10.5"),
  typeCase("TEXT", "'18446744073709551615'", "18446744073709551615"),
  typeCase("TEXT", "'日本語 🙂'", "日本語 🙂"),
  typeCase("VARCHAR(20)", "' padded '", " padded "),
  typeCase("DATE", "'2024-01-15'", "2024-01-15T00:00:00Z"),
  typeCase("DATETIME", "'2024-01-15 10:30:00.120'", "2024-01-15T10:30:00.12Z"),
  typeCase("TIMESTAMP", "'2024-01-15T10:30:00Z'", "2024-01-15T10:30:00Z"),
  typeCase("DATETIME", "'yesterday'", "yesterday"),
  typeCase("DATETIME", "1705314600", "1705314600"),
  typeCase("TEXT", "'2024-01-15'", "2024-01-15"),
  typeCase("JSON", `'{"b": [1, 2.50]}'`, '{"b": [1, 2.50]}'),
  typeCase("BLOB", "CAST('raw bytes é' AS BLOB)", "raw bytes é"),
];
