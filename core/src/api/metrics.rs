//! Counts as Prometheus text. It counts nothing itself.

use crate::engine::Count;

/// The exposition format of Prometheus: a type line for each name, then one line for each set of labels.
pub(super) fn text(counts: &[Count]) -> String {
    let mut out = String::new();
    let mut last = "";
    for count in counts {
        if count.name != last {
            out.push_str("# TYPE ");
            out.push_str(count.name);
            out.push_str(" counter\n");
            last = count.name;
        }
        let labels: Vec<_> = count.labels.iter().map(|(k, v)| format!("{k}={v:?}")).collect();
        out.push_str(&format!("{}{{{}}} {}\n", count.name, labels.join(","), count.value));
    }
    out
}
