//! What the translator makes of statements and tables, for every dialect.

use super::*;
use crate::store::contract;
use crate::store::schema::MIGRATIONS;
use crate::store::sql::turn;

fn wording(dialect: Dialect) -> Wording {
    let placeholder = match dialect {
        Dialect::Sqlite => Placeholder::Question,
        _ => Placeholder::Percent,
    };
    Wording { dialect, placeholder, prefix: "pw_".to_owned() }
}

fn rendered(dialect: Dialect, statement: &str) -> Rendered {
    wording(dialect).render(statement, Purpose::Execute)
}

fn text(dialect: Dialect, statement: &str) -> String {
    rendered(dialect, statement).text
}

/// Protects: the host's own tables. Every table of ours carries the prefix, no column does.
#[test]
fn tables_carry_the_prefix() {
    let statement = "SELECT j.event FROM journal j LEFT JOIN orders o ON o.id = j.order_id \
                     WHERE EXISTS (SELECT 1 FROM journal WHERE journal.event = 'FROM orders')";
    assert_eq!(
        text(Dialect::Sqlite, statement),
        "SELECT j.event FROM pw_journal j LEFT JOIN pw_orders o ON o.id = j.order_id \
         WHERE EXISTS (SELECT 1 FROM pw_journal WHERE pw_journal.event = 'FROM orders')"
    );
}

/// Protects: a value stands wherever its number does, in every driver's way to count.
#[test]
fn values_are_counted_by_place() {
    let statement = "SELECT count(*) FROM orders o WHERE (?2 IS NULL OR o.flow = ?2) AND o.id = ?1";
    let sqlite = rendered(Dialect::Sqlite, statement);
    assert!(sqlite.text.ends_with("(? IS NULL OR o.flow = ?) AND o.id = ?"), "{}", sqlite.text);
    assert_eq!(sqlite.order, [1, 1, 0]);
    let postgres = text(Dialect::Postgres, statement);
    assert!(postgres.ends_with("(CAST(%s AS text) IS NULL OR o.flow = %s) AND o.id = %s"));
    assert!(text(Dialect::Mysql, "SELECT '5%'").ends_with("'5%%'"));
}

/// Protects: what each database does about a row that is there already.
#[test]
fn rows_that_are_there() {
    let skip = "INSERT INTO journal (source) VALUES (?1) ON CONFLICT DO NOTHING";
    let mysql = rendered(Dialect::Mariadb, skip);
    assert_eq!(mysql.text, "INSERT INTO pw_journal (source) VALUES (%s)");
    assert!(mysql.skips_duplicates);
    let postgres = wording(Dialect::Postgres).render(skip, Purpose::Insert);
    assert!(postgres.text.ends_with("ON CONFLICT DO NOTHING RETURNING id"));
    assert!(postgres.returns_key && !postgres.skips_duplicates);
    let further = "INSERT INTO consumers (name, position) VALUES (?1, ?2) \
                   ON CONFLICT (name) DO UPDATE SET position = max(consumers.position, excluded.position)";
    assert_eq!(
        text(Dialect::Mysql, further),
        "INSERT INTO pw_consumers (name, position) VALUES (%s, %s) \
         ON DUPLICATE KEY UPDATE position = greatest(pw_consumers.position, VALUES(position))"
    );
    assert!(text(Dialect::Postgres, further).contains("greatest(pw_consumers.position, excluded."));
    let changed = "INSERT INTO webhooks (name, url) VALUES (?1, ?2) ON CONFLICT (name) \
                   DO UPDATE SET failures = 0, url = excluded.url WHERE webhooks.url <> excluded.url";
    assert!(text(Dialect::Mysql, changed).ends_with(
        "failures = CASE WHEN pw_webhooks.url <> VALUES(url) THEN 0 ELSE failures END, \
         url = CASE WHEN pw_webhooks.url <> VALUES(url) THEN VALUES(url) ELSE url END"
    ));
}

/// Protects: joined texts, for which MySQL has a function, and names that it keeps for itself.
#[test]
fn mysql_has_words_of_its_own() {
    assert_eq!(
        text(
            Dialect::Mysql,
            "SELECT 'ord', o.id, 'paid ' || o.paid || ' of ' || (SELECT max(id) FROM lines) FROM orders o"
        ),
        "SELECT 'ord', o.id, CONCAT('paid ', o.paid, ' of ', (SELECT max(id) FROM pw_lines)) FROM pw_orders o"
    );
    assert_eq!(
        text(Dialect::Mysql, "SELECT result FROM idempotency WHERE key = ?1"),
        "SELECT result FROM pw_idempotency WHERE `key` = %s"
    );
}

/// Protects: writers of PostgreSQL take their turns in a queue, of their own in every schema, and of no other database's words.
#[test]
fn turns_are_taken_in_a_queue() {
    for dialect in Dialect::ALL {
        let taken = text(*dialect, turn::take(*dialect));
        assert!(taken.contains("pw_schema"), "{taken}");
        assert_eq!(taken.contains("advisory"), *dialect == Dialect::Postgres, "{taken}");
    }
    let postgres = text(Dialect::Postgres, turn::take(Dialect::Postgres));
    assert!(postgres.starts_with("UPDATE pw_schema SET turn = turn + 1 WHERE id = 1 AND "));
    assert!(postgres.ends_with("CAST(tableoid AS integer)) IS NOT NULL"), "{postgres}");
    let beside = text(Dialect::Postgres, turn::TAKE_BESIDE_TWINS);
    let (twin, own) = beside.split_once(" THEN ").unwrap();
    assert!(twin.ends_with("CASE WHEN pg_try_advisory_xact_lock(1885436280, CAST(%s AS integer))"));
    assert!(postgres.ends_with(own.trim_end_matches(" ELSE false END")), "{own}");
}

/// Protects: a unit of work inside a host's transaction sees what is committed, not what was when the host began.
#[test]
fn a_look_inside_a_transaction_is_current() {
    let statement =
        "SELECT (SELECT max(id) FROM journal), o.id FROM orders o WHERE o.id IN (?1, ?2)";
    assert_eq!(
        wording(Dialect::Mariadb).render(statement, Purpose::CurrentQuery).text,
        "SELECT (SELECT max(id) FROM pw_journal LOCK IN SHARE MODE), o.id FROM pw_orders o \
         WHERE o.id IN (%s, %s) LOCK IN SHARE MODE"
    );
    let plain = wording(Dialect::Postgres).render(statement, Purpose::CurrentQuery).text;
    assert!(!plain.contains("LOCK"));
}

fn made(dialect: Dialect) -> String {
    let steps = steps(&wording(dialect), MIGRATIONS);
    steps.into_iter().flat_map(|step| step.statements).collect::<Vec<_>>().join(";\n")
}

/// Protects: what SQLite refuses by a partial unique index or a trigger, every database refuses.
#[test]
fn refusals_are_translated() {
    let mysql = made(Dialect::Mysql);
    assert!(mysql.contains(
        "ADD COLUMN order_id_if BIGINT GENERATED ALWAYS AS (CASE WHEN state IN ('init', 'processing', \
         'authorized') THEN order_id END) VIRTUAL;\nCREATE UNIQUE INDEX pw_payments_active ON pw_payments (order_id_if)"
    ));
    assert!(mysql.contains("BEFORE DELETE ON pw_journal FOR EACH ROW SIGNAL SQLSTATE '45000'"));
    assert!(mysql.contains("public_id VARBINARY(255) NOT NULL UNIQUE"));
    let postgres = made(Dialect::Postgres);
    assert!(postgres.contains(
        "BEFORE DELETE ON pw_journal FOR EACH ROW EXECUTE FUNCTION pw_journal_rows_remain()"
    ));
    assert!(postgres.contains("(gateway, transaction_id) WHERE transaction_id IS NOT NULL"));
    for dialect in Dialect::ALL {
        let (made, name) = (made(*dialect), dialect.as_str());
        let tables: usize =
            MIGRATIONS.iter().map(|m| m.statements.matches("CREATE TABLE").count()).sum();
        assert_eq!(made.matches("CREATE TABLE").count(), tables + 1, "{name}");
        assert_eq!(made.matches("CREATE TRIGGER").count(), 4, "{name}");
        assert!(!made.contains(" orders") && !made.contains("--"), "{name}");
    }
}

/// Protects: MySQL's indexes, which need to know how long a text can be.
#[test]
fn indexed_texts_have_a_length() {
    for migrations in [MIGRATIONS, contract::SQLITE] {
        for step in steps(&wording(Dialect::Mysql), migrations) {
            let long: Vec<_> = step
                .statements
                .iter()
                .flat_map(|s| s.lines())
                .filter(|l| l.contains("LONGTEXT"))
                .collect();
            assert!(
                long.iter().all(|l| !l.contains("UNIQUE") && !l.contains("PRIMARY")),
                "{long:?}"
            );
            for index in step.statements.iter().filter(|s| s.contains("INDEX")) {
                let (head, columns) = index.split_once(" (").unwrap();
                let table = head.rsplit(' ').next().unwrap();
                let create = made(Dialect::Mysql);
                let create = create
                    .split(";\n")
                    .find(|s| s.starts_with(&format!("CREATE TABLE {table} (")))
                    .unwrap();
                for column in columns.trim_end_matches(')').split(", ") {
                    assert!(
                        !create.contains(&format!("\n  {column} LONGTEXT")),
                        "{table}.{column}"
                    );
                }
            }
        }
    }
}

/// Protects: old files. The tables for a host's SQLite are those of the default store, by another name.
#[test]
fn sqlite_on_a_host_is_sqlite() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    for step in steps(&wording(Dialect::Sqlite), MIGRATIONS) {
        step.statements.iter().for_each(|statement| connection.execute_batch(statement).unwrap());
    }
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'pw\\_%' ESCAPE '\\'";
    let ours: i64 = connection.query_row(tables, [], |row| row.get(0)).unwrap();
    let plain = rusqlite::Connection::open_in_memory().unwrap();
    MIGRATIONS.iter().for_each(|migration| plain.execute_batch(migration.statements).unwrap());
    let theirs: i64 = plain
        .query_row("SELECT count(*) FROM sqlite_schema WHERE sql IS NOT NULL", [], |row| row.get(0))
        .unwrap();
    // One more: whose turn it is.
    assert_eq!(ours, theirs + 1);
    for step in steps(&wording(Dialect::Sqlite), MIGRATIONS).iter().rev() {
        step.reverse.iter().for_each(|statement| connection.execute_batch(statement).unwrap());
    }
    let left: i64 = connection.query_row(tables, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}
