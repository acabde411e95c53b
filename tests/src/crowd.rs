//! Fills a database with copies of one order and its payment, quicker than the engine could: benchmarks look at what
//! a million payments do to the next one. The copies are sound; it invents nothing that the first order has not.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, Result, params_from_iter};

/// A customer has this many orders in the copies.
pub const ORDERS_PER_CUSTOMER: i64 = 20;
/// Copies per transaction.
const BATCH: i64 = 10_000;

/// Copies the newest order of the file, which nobody else has open; answers with the ids of the new payments.
pub fn copy_newest_order(file: &Path, copies: i64) -> Result<Vec<[u8; 16]>> {
    let connection = Connection::open(file)?;
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF")?;
    connection.set_prepared_statement_cache_capacity(64);
    let model = Model::newest(&connection)?;
    let mut payments = Vec::new();
    for number in 0..copies {
        if number % BATCH == 0 {
            connection.execute_batch("BEGIN")?;
        }
        payments.push(model.copy(&connection, model.order + number)?);
        if number % BATCH == BATCH - 1 || number == copies - 1 {
            connection.execute_batch("COMMIT")?;
        }
    }
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(payments)
}

/// The rows that are copied.
struct Model {
    order: i64,
    orders: Pattern,
    lines: Pattern,
    payments: Pattern,
    /// With what else changes beside the order: the columns that are set in the row that is copied.
    journal: Vec<(Pattern, Vec<&'static str>)>,
    /// With the place of its row in `journal`.
    transfers: Vec<(Pattern, usize)>,
}

impl Model {
    fn newest(connection: &Connection) -> Result<Self> {
        let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let order = number("SELECT max(id) FROM orders")?;
        let payment = number("SELECT max(id) FROM payments")?;
        let line = number("SELECT max(id) FROM lines")?;
        let keys = |sql: &str| {
            let mut statement = connection.prepare(sql)?;
            statement.query_map([order], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>>>()
        };
        let entries = keys("SELECT id FROM journal WHERE order_id = ?1 ORDER BY id")?;
        let pattern = |table, key, changes: &[&str]| Pattern::new(connection, table, key, changes);
        let paid = ["public_id", "order_id", "transaction_id"];
        let waits = number("SELECT transaction_id IS NULL FROM payments ORDER BY id DESC")? == 1;
        let mut journal = Vec::new();
        for key in &entries {
            let mut changes = vec!["order_id"];
            for column in ["payment_id", "source"] {
                let set = format!("SELECT {column} IS NOT NULL FROM journal WHERE id = {key}");
                changes.extend((number(&set)? == 1).then_some(column));
            }
            journal.push((pattern("journal", *key, &changes)?, changes));
        }
        let mut transfers = Vec::new();
        for key in keys("SELECT id FROM transfers WHERE order_id = ?1 ORDER BY id")? {
            let entry = number(&format!("SELECT entry FROM transfers WHERE id = {key}"))?;
            let place = entries.iter().position(|other| *other == entry).unwrap_or_default();
            transfers
                .push((pattern("transfers", key, &["order_id", "payment_id", "entry"])?, place));
        }
        Ok(Model {
            order,
            orders: pattern("orders", order, &["public_id", "customer"])?,
            lines: pattern("lines", line, &["order_id"])?,
            payments: pattern("payments", payment, &paid[..if waits { 2 } else { 3 }])?,
            journal,
            transfers,
        })
    }

    fn copy(&self, connection: &Connection, serial: i64) -> Result<[u8; 16]> {
        let id = |salt| Value::Blob(time_ordered(serial, salt).to_vec());
        let customer = Value::Text(format!("C{}", serial / ORDERS_PER_CUSTOMER));
        let order = Value::Integer(self.orders.copy(connection, [id(1), customer])?);
        self.lines.copy(connection, [order.clone()])?;
        let transaction = Value::Text(format!("txn_{serial:022}"));
        let paid = [id(2), order.clone(), transaction];
        let payment = Value::Integer(self.payments.copy(connection, paid)?);
        let mut entries = Vec::new();
        for (place, (pattern, changes)) in self.journal.iter().enumerate() {
            let change = |column: &&str| match *column {
                "order_id" => order.clone(),
                "payment_id" => payment.clone(),
                _ => Value::Text(format!("mock/evt_{serial:025}{place}")),
            };
            entries.push(pattern.copy(connection, changes.iter().map(change))?);
        }
        for (pattern, place) in &self.transfers {
            let entry = Value::Integer(entries[*place]);
            pattern.copy(connection, [order.clone(), payment.clone(), entry])?;
        }
        Ok(time_ordered(serial, 2))
    }
}

/// A statement that copies one row with some columns changed.
struct Pattern {
    statement: String,
    changes: usize,
}

impl Pattern {
    fn new(connection: &Connection, table: &str, key: i64, changes: &[&str]) -> Result<Self> {
        let mut statement =
            connection.prepare("SELECT name FROM pragma_table_info(?1) WHERE name <> 'id'")?;
        let columns = statement.query_map([table], |row| row.get(0))?;
        let columns = columns.collect::<Result<Vec<String>>>()?;
        let source = |column: &String| match changes.iter().position(|name| name == column) {
            Some(place) => format!("?{}", place + 1),
            None => column.clone(),
        };
        let sources: Vec<_> = columns.iter().map(source).collect();
        let (columns, sources) = (columns.join(", "), sources.join(", "));
        let statement = format!(
            "INSERT INTO {table} ({columns}) SELECT {sources} FROM {table} WHERE id = {key}"
        );
        Ok(Pattern { statement, changes: changes.len() })
    }

    /// Copies the row; answers with the key of the copy. Values beyond the columns that change are left over.
    fn copy(
        &self,
        connection: &Connection,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<i64> {
        let values = params_from_iter(values.into_iter().take(self.changes));
        connection.prepare_cached(&self.statement)?.execute(values)?;
        Ok(connection.last_insert_rowid())
    }
}

/// Sixteen bytes like those of our ids: 48 bits of growing time, and 80 that look like chance.
fn time_ordered(serial: i64, salt: u64) -> [u8; 16] {
    const START_MS: i64 = 1_700_000_000_000;
    let mixed = (serial.unsigned_abs() ^ (salt << 56)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let millis = (START_MS + serial).to_be_bytes();
    let mut id = [0; 16];
    id[..6].copy_from_slice(&millis[2..]);
    id[6..14].copy_from_slice(&mixed.to_be_bytes());
    id
}
