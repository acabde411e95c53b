//! A database file full of payments that wait, the callbacks that settle them, and what the engine writes when it
//! settles them in order. Each contestant works on a copy of the file.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use paywright::api::types::arguments::handle_callback;
use paywright::id::PaymentId;
use paywright::store::schema::MIGRATIONS;
use paywright::store::sqlite::{SqliteOptions, SqliteStore};
use paywright_tests::crowd::copy_newest_order;
use paywright_tests::shop::{self, Folder};
use paywright_tests::spy::{Spy, UnitOfWork};

/// Payments that wait, and their callbacks.
pub struct Shelf {
    folder: Folder,
    copies: AtomicU64,
    pub callbacks: Vec<handle_callback>,
    /// What the engine writes for each callback.
    pub written: Arc<Vec<UnitOfWork>>,
}

impl Shelf {
    /// A shelf with this many waiting payments and nothing else.
    pub fn new(count: usize) -> Self {
        Shelf::over(Folder::new(), count)
    }

    /// A shelf in a folder whose `template.db` may hold history already.
    pub fn over(folder: Folder, count: usize) -> Self {
        let file = folder.file("template.db");
        let pay = shop::open(&file).expect("a new database");
        shop::payment(&pay).expect("a first payment");
        pay.close();
        let payments = copy_newest_order(&file, count as i64).expect("copies of the payment");
        let pay = shop::open(&file).expect("the database with the copies");
        let callback = |id: &[u8; 16]| {
            let id = PaymentId::from_bytes(*id).to_string();
            shop::success(&pay, &id).expect("a signed callback")
        };
        let callbacks: Vec<_> = payments.iter().map(callback).collect();
        pay.close();
        let mut shelf =
            Shelf { folder, copies: AtomicU64::new(0), callbacks, written: Arc::default() };
        shelf.written = Arc::new(shelf.rehearsal());
        shelf
    }

    /// A copy of the file for one contestant.
    pub fn copy(&self) -> PathBuf {
        let number = self.copies.fetch_add(1, Ordering::Relaxed);
        let copy = self.folder.file(&format!("copy-{number}.db"));
        std::fs::copy(self.folder.file("template.db"), &copy).expect("space for a copy");
        copy
    }

    /// The rounds, each of this many settles.
    pub fn rounds(&self, size: usize) -> impl Iterator<Item = Range<usize>> {
        (0..self.callbacks.len() / size).map(move |round| round * size..(round + 1) * size)
    }

    /// Settles everything once while what is written is noted.
    fn rehearsal(&self) -> Vec<UnitOfWork> {
        let copy = self.copy();
        let store = SqliteStore::open(&copy, SqliteOptions::default(), MIGRATIONS);
        let (spy, noted) = Spy::new(store.expect("the copy opens"));
        let pay = shop::open_on(Arc::new(spy)).expect("an engine over the copy");
        for callback in &self.callbacks {
            pay.handle_callback(callback.clone()).expect("a settled payment");
        }
        pay.close();
        std::fs::remove_file(copy).expect("the copy is ours");
        std::mem::take(&mut *noted.lock().expect("nobody panicked"))
    }
}
