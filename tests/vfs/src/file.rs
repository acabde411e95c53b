//! One open file: every operation is counted, delayed or broken as ordered, and otherwise handed to the
//! layer below. It never keeps anything of the content except what a power cut may take back.
//!
//! Safety of this module: SQLite calls these functions only with files that `layer::open` has set up: our
//! header, then the file of the layer below with its own table of functions.

use std::ffi::{c_int, c_void};
use std::mem::size_of;

use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64};

use crate::{Fault, Operation, SECTOR, Vfs};

/// Our part of an open file.
#[repr(C)]
pub(crate) struct File {
    base: sqlite3_file,
    vfs: *const Vfs,
    /// A leaked box, taken back when the file is closed; null for a file without a name.
    path: *mut String,
}

/// The room our part takes, rounded so that what follows is aligned.
pub(crate) const HEAD: usize = size_of::<File>().next_multiple_of(16);

impl File {
    pub(crate) fn unopened(vfs: &Vfs) -> File {
        let base = sqlite3_file { pMethods: std::ptr::null() };
        File { base, vfs, path: std::ptr::null_mut() }
    }

    pub(crate) fn opened(&mut self, path: Option<String>) {
        self.path = path.map_or(std::ptr::null_mut(), |path| Box::into_raw(Box::new(path)));
        self.base.pMethods = &METHODS;
    }
}

/// The file of the layer below.
pub(crate) unsafe fn inner(file: *mut sqlite3_file) -> *mut sqlite3_file {
    unsafe { file.cast::<u8>().add(HEAD).cast() }
}

unsafe fn vfs<'a>(file: *mut sqlite3_file) -> &'a Vfs {
    unsafe { &*(*file.cast::<File>()).vfs }
}

unsafe fn path<'a>(file: *mut sqlite3_file) -> Option<&'a str> {
    unsafe { (*file.cast::<File>()).path.as_ref().map(String::as_str) }
}

/// Calls the function of the layer below.
macro_rules! below {
    ($file:expr, $method:ident ( $($argument:expr),* )) => {{
        let inner = inner($file);
        match (*(*inner).pMethods).$method {
            Some(method) => method(inner, $($argument),*),
            None => ffi::SQLITE_IOERR,
        }
    }};
}

/// Functions that only pass on what they are given.
macro_rules! passed_on {
    ($($name:ident = $method:ident($($argument:ident: $type:ty),*);)*) => {$(
        unsafe extern "C" fn $name(file: *mut sqlite3_file, $($argument: $type),*) -> c_int {
            // SAFETY: see the module.
            unsafe { below!(file, $method($($argument),*)) }
        }
    )*};
}

passed_on! {
    size = xFileSize(out: *mut sqlite3_int64);
    lock = xLock(level: c_int);
    unlock = xUnlock(level: c_int);
    check_reserved_lock = xCheckReservedLock(out: *mut c_int);
    control = xFileControl(what: c_int, argument: *mut c_void);
    shared_map = xShmMap(region: c_int, size: c_int, extend: c_int, out: *mut *mut c_void);
    shared_lock = xShmLock(offset: c_int, count: c_int, flags: c_int);
    shared_unmap = xShmUnmap(delete: c_int);
}

unsafe extern "C" fn shared_barrier(file: *mut sqlite3_file) {
    // SAFETY: see the module.
    unsafe {
        let inner = inner(file);
        if let Some(barrier) = (*(*inner).pMethods).xShmBarrier {
            barrier(inner);
        }
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: see the module; the path was leaked by `opened` and is taken back once.
    unsafe {
        let code = below!(file, xClose());
        let path = std::mem::replace(&mut (*file.cast::<File>()).path, std::ptr::null_mut());
        if !path.is_null() {
            drop(Box::from_raw(path));
        }
        code
    }
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    into: *mut c_void,
    length: c_int,
    position: sqlite3_int64,
) -> c_int {
    // SAFETY: see the module.
    unsafe {
        if vfs(file).dead() {
            return ffi::SQLITE_IOERR_READ;
        }
        below!(file, xRead(into, length, position))
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    length: c_int,
    position: sqlite3_int64,
) -> c_int {
    // SAFETY: see the module.
    unsafe {
        match vfs(file).step(Operation::Write) {
            Some(Fault::DiskFull) => ffi::SQLITE_FULL,
            Some(Fault::TornWrite) => {
                below!(file, xWrite(from, length / 2, position));
                ffi::SQLITE_IOERR_WRITE
            }
            Some(_) => ffi::SQLITE_IOERR_WRITE,
            None => {
                remember(file, length, position);
                below!(file, xWrite(from, length, position))
            }
        }
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, to: sqlite3_int64) -> c_int {
    // SAFETY: see the module.
    unsafe {
        if vfs(file).step(Operation::Other).is_some() {
            return ffi::SQLITE_IOERR_TRUNCATE;
        }
        let mut length = 0;
        below!(file, xFileSize(&mut length));
        if length > to {
            remember(file, (length - to) as c_int, to);
        }
        below!(file, xTruncate(to))
    }
}

/// Keeps what is about to be overwritten or cut off, if a power cut is armed.
unsafe fn remember(file: *mut sqlite3_file, length: c_int, position: sqlite3_int64) {
    // SAFETY: see the module; the buffer has `length` bytes.
    unsafe {
        let vfs = vfs(file);
        let Some(path) = path(file).filter(|_| vfs.armed()) else { return };
        if vfs.state().fault != Some(Fault::PowerCut) {
            return;
        }
        let mut file_length = 0;
        below!(file, xFileSize(&mut file_length));
        let mut bytes = vec![0_u8; length as usize];
        // A read past the end fills up with zeros, and says so.
        below!(file, xRead(bytes.as_mut_ptr().cast(), length, position));
        vfs.state().remember(path, file_length as u64, position as u64, bytes);
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: see the module.
    unsafe {
        let vfs = vfs(file);
        if vfs.step(Operation::Sync).is_some() {
            return ffi::SQLITE_IOERR_FSYNC;
        }
        vfs.delay_sync();
        if !vfs.armed() {
            return below!(file, xSync(flags));
        }
        if let Some(path) = path(file) {
            vfs.state().unsynced.remove(path);
        }
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn sector_size(_: *mut sqlite3_file) -> c_int {
    SECTOR as c_int
}

/// An armed disk promises nothing: not even that a write leaves its neighbours alone.
unsafe extern "C" fn characteristics(file: *mut sqlite3_file) -> c_int {
    // SAFETY: see the module.
    unsafe { if vfs(file).armed() { 0 } else { below!(file, xDeviceCharacteristics()) } }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2, // not 3: memory-mapped reading and writing would go past us
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shared_map),
    xShmLock: Some(shared_lock),
    xShmBarrier: Some(shared_barrier),
    xShmUnmap: Some(shared_unmap),
    xFetch: None,
    xUnfetch: None,
};
