//! What several suites share: the player of scenario files, the judge of vector files, and the files that are
//! rendered from tables. It decides nothing that the core decides.

pub mod render;
pub mod scenario;
pub mod vectors;
