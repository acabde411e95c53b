//! Whose turn it is to write: a unit of work waits for it, unless a look finds that there is nothing left to do.

use std::hash::{DefaultHasher, Hash, Hasher};

use paywright::error::Result;
use paywright::store::dialect::{Dialect, Purpose};
use paywright::store::sql::turn;
use paywright::store::{Look, Value};
use pyo3::intern;
use pyo3::prelude::*;

use super::{Access, Session, unpanicked};

impl Session<'_> {
    /// Answers whether all was done before; if not, it is this unit's turn. No look is taken in the host's transaction,
    /// whose view of the data would begin with it, and none where it is this unit's turn already.
    pub(super) fn look_or_take_turn(&mut self, look: Option<(&str, &mut Look)>) -> Result<bool> {
        let Some((twins, look)) = look.filter(|_| !self.joined && !self.has_turn()) else {
            return self.take_turn().map(|()| false);
        };
        if self.look(look)? {
            return Ok(true);
        }
        if self.dialect() == Dialect::Postgres {
            let twins = [Value::Integer(number_of(twins))];
            if self.changes_one(turn::TAKE_BESIDE_TWINS, &twins)? {
                return Ok(false);
            }
            // What the twin does is what was to be done here: to queue for a turn behind it would only hold others up.
            self.run(turn::AWAIT_TWIN, Purpose::Query, &twins, |_, _| Ok(()))?;
            if self.look(look)? {
                return Ok(true);
            }
        }
        self.take_turn().map(|()| false)
    }

    fn look(&mut self, look: &mut Look) -> Result<bool> {
        self.access = Access::Read;
        let found = unpanicked(|| look(self));
        self.access = Access::Write;
        found
    }

    /// In a transaction of its own, SQLite's `BEGIN IMMEDIATE` waited for the turn.
    fn has_turn(&self) -> bool {
        !self.joined && self.dialect() == Dialect::Sqlite
    }

    fn dialect(&self) -> Dialect {
        self.store.wording.dialect
    }

    /// Waits until it is this unit's turn to write.
    fn take_turn(&mut self) -> Result<()> {
        if self.access == Access::Read || self.has_turn() {
            return Ok(());
        }
        self.run(turn::take(self.dialect()), Purpose::Execute, &[], |_, _| Ok(()))
    }

    fn changes_one(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<bool> {
        self.run(statement, Purpose::Execute, values, |cursor, _| {
            Ok(cursor.getattr(intern!(cursor.py(), "rowcount"))?.extract::<i64>()? == 1)
        })
    }
}

/// A number for a name. Who gets another one for the same name, or the same for another, waits in vain and does nothing
/// wrong.
fn number_of(name: &str) -> i64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    i64::from(hasher.finish() as i32)
}
