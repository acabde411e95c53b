//! The layer as SQLite sees it: opens and deletes files. It never looks into them; that is `file`.
//!
//! Safety of this module: SQLite calls these functions only with the structure registered below, whose
//! `pAppData` is an `Arc` that is never released, and with paths that are valid C strings for the call.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use rusqlite::ffi;

use crate::file::{self, File};
use crate::{Fault, Operation, Vfs};

/// Registers a copy of the default layer in which opening and deleting are ours.
pub(crate) fn register(vfs: &Arc<Vfs>) {
    let name = CString::new(vfs.name()).expect("a name without NUL").into_raw();
    // SAFETY: the default layer lives as long as the process; so do `name`, the copy and the reference
    // in `pAppData`, which are leaked on purpose.
    unsafe {
        assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
        assert!(ffi::sqlite3_vfs_find(name).is_null(), "this name is taken");
        let below = ffi::sqlite3_vfs_find(ptr::null());
        let mut layer = *below;
        layer.pNext = ptr::null_mut();
        layer.zName = name;
        layer.szOsFile += file::HEAD as c_int;
        layer.pAppData = Arc::into_raw(Arc::clone(vfs)).cast_mut().cast::<c_void>();
        layer.xOpen = Some(open);
        layer.xDelete = Some(delete);
        let registered = ffi::sqlite3_vfs_register(Box::into_raw(Box::new(layer)), 0);
        assert_eq!(registered, ffi::SQLITE_OK);
    }
}

/// The layer below is the default one, which outlives everything.
unsafe fn below() -> *mut ffi::sqlite3_vfs {
    unsafe { ffi::sqlite3_vfs_find(ptr::null()) }
}

unsafe extern "C" fn open(
    layer: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    // SAFETY: see the module; `file` has room for our header and for the file of the layer below.
    unsafe {
        let vfs = &*(*layer).pAppData.cast::<Vfs>();
        let text = (!path.is_null()).then(|| CStr::from_ptr(path).to_string_lossy().into_owned());
        ptr::write(file.cast::<File>(), File::unopened(vfs));
        if vfs.dead() {
            return ffi::SQLITE_CANTOPEN;
        }
        let below = below();
        let Some(open_below) = (*below).xOpen else { return ffi::SQLITE_CANTOPEN };
        let code = open_below(below, path, file::inner(file), flags, flags_out);
        if code == ffi::SQLITE_OK {
            (*file.cast::<File>()).opened(text);
        }
        code
    }
}

unsafe extern "C" fn delete(
    layer: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    sync_directory: c_int,
) -> c_int {
    // SAFETY: see the module.
    unsafe {
        let vfs = &*(*layer).pAppData.cast::<Vfs>();
        if vfs.step(Operation::Other) == Some(Fault::PowerCut) {
            return ffi::SQLITE_IOERR_DELETE;
        }
        if vfs.armed() {
            vfs.state().unsynced.remove(&*CStr::from_ptr(path).to_string_lossy());
        }
        let below = below();
        match (*below).xDelete {
            Some(delete_below) => delete_below(below, path, sync_directory),
            None => ffi::SQLITE_IOERR_DELETE,
        }
    }
}
