//! Lists as CSV for spreadsheets: every field that a record of a list has, no cell that a spreadsheet would run as a
//! formula. It never rounds or rewrites an amount.

use paywright::api::types::{Order, Payment, Refund, Time};
use paywright::error::Error;
use paywright::text::neutralise_cell;

use crate::console::Console;
use crate::failure::Failure;

/// A record that can be a row of an export.
pub(crate) trait Exported {
    /// The names of the columns.
    const COLUMNS: &'static [&'static str];

    /// Its cells, as they are.
    fn cells(&self) -> Vec<String>;
}

/// Writes the head, if it is the first page, and the rows.
pub(crate) fn write<T: Exported>(
    console: &mut Console<'_>,
    records: &[T],
    first: bool,
) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(console.out());
    if first {
        writer.write_record(T::COLUMNS).map_err(output)?;
    }
    for record in records {
        let cells = record.cells();
        let harmless = cells.iter().map(|cell| neutralise_cell(cell).into_owned());
        writer.write_record(harmless).map_err(output)?;
    }
    Ok(writer.flush()?)
}

fn output(error: csv::Error) -> Failure {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Failure::Output(error),
        other => Failure::Engine(Error::bug(format_args!("CSV: {other:?}"))),
    }
}

impl Exported for Order {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "reference",
        "customer",
        "flow",
        "state",
        "settlement",
        "currency",
        "total",
        "paid",
        "refunded",
        "due",
        "deposit_held",
        "description",
        "created_at",
        "updated_at",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            or_empty(&self.reference),
            or_empty(&self.customer),
            self.flow.clone(),
            self.state.clone(),
            self.settlement.as_str().to_owned(),
            self.currency.clone(),
            self.total.to_string(),
            self.paid.to_string(),
            self.refunded.to_string(),
            self.due.to_string(),
            self.deposit_held.to_string(),
            crate::commands::description(self),
            stamp(self.created_at),
            stamp(self.updated_at),
        ]
    }
}

impl Exported for Payment {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "order_id",
        "customer",
        "gateway",
        "method",
        "reference",
        "state",
        "currency",
        "amount",
        "captured",
        "refunded",
        "transaction_id",
        "failure_code",
        "failure_message",
        "late",
        "manual",
        "created_at",
        "paid_at",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            self.order_id.clone(),
            or_empty(&self.customer),
            self.gateway.clone(),
            self.method.clone(),
            or_empty(&self.reference),
            self.state.as_str().to_owned(),
            self.currency.clone(),
            self.amount.to_string(),
            self.captured.to_string(),
            self.refunded.to_string(),
            or_empty(&self.transaction_id),
            or_empty(&self.failure_code),
            or_empty(&self.failure_message),
            self.late.to_string(),
            self.manual.to_string(),
            stamp(self.created_at),
            self.paid_at.map(stamp).unwrap_or_default(),
        ]
    }
}

impl Exported for Refund {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "payment_id",
        "order_id",
        "exception_id",
        "gateway",
        "source",
        "state",
        "currency",
        "amount",
        "reason",
        "transaction_id",
        "failure_code",
        "failure_message",
        "created_at",
        "updated_at",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            or_empty(&self.payment_id),
            or_empty(&self.order_id),
            or_empty(&self.exception_id),
            self.gateway.clone(),
            self.source.as_str().to_owned(),
            self.state.as_str().to_owned(),
            self.currency.clone(),
            self.amount.to_string(),
            self.reason.clone(),
            or_empty(&self.transaction_id),
            or_empty(&self.failure_code),
            or_empty(&self.failure_message),
            stamp(self.created_at),
            stamp(self.updated_at),
        ]
    }
}

fn or_empty(text: &Option<String>) -> String {
    text.clone().unwrap_or_default()
}

/// A time as spreadsheets and programs both read it.
fn stamp(time: Time) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
