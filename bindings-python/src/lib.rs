//! Paywright for Python: a reader of the surface table, and the few things that are Python's own (exceptions, context
//! managers, the interpreter lock). It contains no decision about payments.

mod clock;
mod command;
mod engine;
mod error;
mod functions;
mod given;
mod host;
mod host_gateway;
mod host_values;
mod methods;
mod records;
mod shown;

use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    records::add_classes(module)?;
    module.add_class::<engine::Paywright>()?;
    // What follows is reached through `paywright.testing` and by pickles, so it is not among the exported names.
    module.setattr("ManualClock", module.py().get_type::<clock::ManualClock>())?;
    functions::add_functions(module)?;
    module.setattr("_restore", wrap_pyfunction!(records::_restore, module)?)?;
    module.setattr("_run", wrap_pyfunction!(command::_run, module)?)?;
    let environment = wrap_pyfunction!(host::_gateways_of_environment, module)?;
    module.setattr("_gateways_of_environment", environment)?;
    module.setattr("_amount_of_minor", wrap_pyfunction!(host::_amount_of_minor, module)?)?;
    #[cfg(feature = "testing")]
    module.setattr("_panic_once", wrap_pyfunction!(clock::_panic_once, module)?)?;
    Ok(())
}
