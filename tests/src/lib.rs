//! What several suites share: the player of scenario files and the judge of vector files. It decides nothing that
//! the core decides.

pub mod scenario;
pub mod vectors;
