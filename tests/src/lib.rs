//! What several suites share: the judge of vector files. It decides nothing that the core decides.

pub mod vectors;
