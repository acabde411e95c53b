//! What code of the host's raised within our calls: an error of the table, with the exception itself kept for whoever raises
//! that error on this thread.

use std::cell::RefCell;

use paywright::error::{Code, Error, Group};
use pyo3::intern;
use pyo3::prelude::*;

use super::HostStore;

impl HostStore {
    /// What the host's driver raised, as an error of the table; the original is kept for its `__cause__`.
    pub(super) fn failed(&self, py: Python<'_>, raised: &PyErr) -> Error {
        let judged = self.object.bind(py).call_method1(intern!(py, "failure"), (raised.value(py),));
        let (code, why) = judged
            .and_then(|judged| judged.extract::<(String, String)>())
            .unwrap_or_else(|_| ("internal".to_owned(), "a driver's error".to_owned()));
        let known = Code::ALL.iter().copied().find(|c| c.as_str() == code);
        let error = match known.unwrap_or(Code::Internal) {
            Code::Internal => Error::bug(why),
            code => Error::new(code).with("why", why),
        };
        let mut original = raised.value(py).clone().into_any();
        if error.code() == Code::HostFailed {
            original = original.getattr(intern!(py, "own")).unwrap_or(original);
        }
        let kept = (error.code(), original.unbind());
        CAUSE.with_borrow_mut(|cause| *cause = Some(kept));
        error
    }
}

thread_local! {
    /// What a driver raised last on this thread, with the code that it became.
    static CAUSE: RefCell<Option<(Code, Py<PyAny>)>> = const { RefCell::new(None) };
}

/// The driver's own exception behind an error that is about to be raised on this thread, if that is what is behind it.
pub fn take_cause(error: &Error) -> Option<Py<PyAny>> {
    let group = error.code().group();
    let (code, cause) = CAUSE.with_borrow_mut(Option::take)?;
    let of_storage =
        matches!(group, Group::StorageError | Group::InternalError | Group::ConfigError);
    (of_storage && (code == error.code())).then_some(cause)
}
