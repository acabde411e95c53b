//! What several suites share: the player of scenario files, the judge of vector files, shops full of payments, and the
//! files that are rendered from tables. It decides nothing that the core decides.

pub mod crowd;
pub mod fake;
pub mod following;
pub mod render;
pub mod scenario;
pub mod shop;
pub mod spy;
pub mod vectors;
