//! The command line: every command, option and word that `--help` shows. It never opens anything.

use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use paywright::api::types::{Mode, PaymentState, RefundState, Resolution};
use paywright::gateway::mock::Kind;

const EXIT_CODES: &str = "\
Exit codes:
  0   fine
  1   the answer is no: a violation, a failed check, a callback that was not taken
  2   wrong usage
  3   refused: the error's code and sentence say why
  4   the database could not do its part
  5   a gateway or the network could not do its part
  70  a defect of Paywright

Try it without an account or a network: paywright demo";

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default());

/// Look into a Paywright database, audit it, decide what waits for a person, and try payments out.
#[derive(Parser)]
#[command(name = "paywright", version, after_help = EXIT_CODES, styles = STYLES)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub shared: Shared,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Args)]
#[command(next_help_heading = "Shared options")]
pub(crate) struct Shared {
    /// The database: a path such as shop.db [variable: PAYWRIGHT_DATABASE_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// What is at stake [default: development] [variable: PAYWRIGHT_MODE]
    #[arg(long, global = true, value_parser = choice::<Mode>(Mode::ALL, Mode::as_str))]
    pub mode: Option<Mode>,
    /// A JSON file with the list of gateways, such as [{"mock": {}}] [variables: STRIPE_SECRET_KEY and
    /// others, see docs/gateways.md]; in mode development the mock
    #[arg(long, global = true, value_name = "FILE")]
    pub gateways: Option<String>,
    /// A JSON file with the list of the host's own flows
    #[arg(long, global = true, value_name = "FILE")]
    pub flows: Option<String>,
    /// Answer with one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// The language of error sentences
    #[arg(long, global = true, value_enum, default_value = "en")]
    pub language: Language,
}

/// The languages that errors are worded in.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English
    En,
    /// 中文
    Zh,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show the main job: order, payment, signed callback, refund, balanced books (needs nothing)
    Demo,
    /// List orders, newest first
    Orders(Orders),
    /// Show one order: facts, payments, refunds, timeline, ledger
    Order {
        /// Its id (ord_…) or your own reference
        id: String,
        /// The flow in which the reference is looked for
        #[arg(long, default_value = "retail")]
        flow: String,
    },
    /// List payments, newest first
    Payments(Payments),
    /// Show one payment: facts, refunds, timeline
    Payment {
        /// Its id (pay_…)
        id: String,
    },
    /// List refunds, newest first
    Refunds(Refunds),
    /// Show the journal, oldest first
    Events(Events),
    /// List what waits for a person, oldest first
    Exceptions {
        /// The resolved ones too
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        paging: Paging,
    },
    /// Decide what becomes of an exception
    Resolve(Resolve),
    /// Confirm by hand that a payment's money came
    Confirm(Confirm),
    /// Audit the books: every sum, invariant and seal
    Verify,
    /// Show what stands in every account that is not even
    Balances,
    /// Do what time has made necessary: expiry, open outcomes, timers, seals (for cron)
    RunDue {
        /// At most this many things of each kind
        #[arg(long, value_name = "COUNT")]
        limit: Option<i64>,
    },
    /// Print a lifecycle as a Mermaid diagram
    Diagram {
        /// A flow (retail, rental, booking, membership, your own), payment or refund
        machine: String,
    },
    /// Take over a payments table of another system, from CSV or JSON lines
    Import(Import),
    /// Let the mock gateway sign a callback and deliver it
    Trigger(Trigger),
    /// List the webhooks and how they stand, or what one of them did not take
    Webhooks(Webhooks),
    /// Have messages sent to a webhook again by the next run-due; it counts as open again
    ReplayWebhook(ReplayWebhook),
    /// Look for trouble and say what to do about it; asks every gateway one harmless question
    Doctor {
        /// Only this account: its keys, mode, clock, and the way to its gateway
        gateway: Option<String>,
    },
}

/// Which page of a list.
#[derive(Args, Clone, Copy)]
pub(crate) struct Paging {
    /// Which page; they count from 1
    #[arg(long)]
    pub page: Option<i64>,
    /// How many a page holds [default: 20]
    #[arg(long)]
    pub size: Option<i64>,
}

#[derive(Args)]
pub(crate) struct Orders {
    /// Only this customer's
    #[arg(long)]
    pub customer: Option<String>,
    /// Only those in this state, such as pending or paid
    #[arg(long)]
    pub state: Option<String>,
    /// Only those of this flow
    #[arg(long)]
    pub flow: Option<String>,
    /// Write CSV: every match, or one page if --page is given
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    #[command(flatten)]
    pub paging: Paging,
}

#[derive(Args)]
pub(crate) struct Payments {
    /// Only this customer's
    #[arg(long)]
    pub customer: Option<String>,
    /// Only those in this state
    #[arg(long, value_parser = choice::<PaymentState>(PaymentState::ALL, PaymentState::as_str))]
    pub state: Option<PaymentState>,
    /// Only those of this order (ord_…)
    #[arg(long)]
    pub order: Option<String>,
    /// Count them by state instead
    #[arg(long, conflicts_with_all = ["state", "csv"])]
    pub count: bool,
    /// Write CSV: every match, or one page if --page is given
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    #[command(flatten)]
    pub paging: Paging,
}

#[derive(Args)]
pub(crate) struct Refunds {
    /// Only those of this payment (pay_…)
    #[arg(long)]
    pub payment: Option<String>,
    /// Only those of this order (ord_…)
    #[arg(long)]
    pub order: Option<String>,
    /// Only those in this state
    #[arg(long, value_parser = choice::<RefundState>(RefundState::ALL, RefundState::as_str))]
    pub state: Option<RefundState>,
    /// Write CSV: every match, or one page if --page is given
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    #[command(flatten)]
    pub paging: Paging,
}

#[derive(Args)]
pub(crate) struct Events {
    /// Only those after this sequence number
    #[arg(long, default_value_t = 0)]
    pub after: i64,
    /// At most this many (with --follow: at a time)
    #[arg(long, default_value_t = 100)]
    pub limit: i64,
    /// Go on: wait for new ones; with --json one document per line
    #[arg(long)]
    pub follow: bool,
    /// How often to look, in milliseconds
    #[arg(long, default_value_t = 500, requires = "follow", value_name = "MS")]
    #[arg(value_parser = clap::value_parser!(u64).range(10..=60_000))]
    pub interval: u64,
    /// Stop following after this many seconds
    #[arg(long = "for", requires = "follow", value_name = "SECONDS")]
    pub seconds: Option<u64>,
}

#[derive(Args)]
pub(crate) struct Resolve {
    /// The exception (exc_…)
    pub id: String,
    /// What becomes of it
    #[arg(long = "as", value_name = "RESOLUTION")]
    #[arg(value_parser = choice::<Resolution>(Resolution::ALL, Resolution::as_str))]
    pub resolution: Resolution,
    /// Who decides
    #[arg(long)]
    pub actor: String,
    /// Why
    #[arg(long)]
    pub reason: String,
    /// With `apply`: the order that gets the money (ord_…)
    #[arg(long)]
    pub order: Option<String>,
}

#[derive(Args)]
pub(crate) struct Confirm {
    /// The payment (pay_…)
    pub payment: String,
    /// Who confirms
    #[arg(long)]
    pub actor: String,
    /// On what evidence
    #[arg(long)]
    pub reason: String,
    /// The bank's or gateway's number of the movement
    #[arg(long, value_name = "ID")]
    pub transaction: Option<String>,
}

#[derive(Args)]
pub(crate) struct Webhooks {
    /// Only this one: the messages that it did not take
    pub name: Option<String>,
    /// Of these, those that are not sent again by themselves
    #[arg(long, requires = "name")]
    pub given_up: bool,
    #[command(flatten)]
    pub paging: Paging,
}

#[derive(Args)]
pub(crate) struct ReplayWebhook {
    /// The webhook
    pub name: String,
    /// One message (msg_…) [default: all that were given up]
    #[arg(long, value_name = "ID", conflicts_with = "after")]
    pub message: Option<String>,
    /// Everything after this journal row
    #[arg(long, value_name = "NUMBER")]
    pub after: Option<i64>,
    /// Who asks [default: system]
    #[arg(long)]
    pub actor: Option<String>,
}

#[derive(Args)]
pub(crate) struct Import {
    /// The table: FILE.csv with a head, or FILE.jsonl with one object on each line
    pub file: String,
    /// Look at every row, say what would happen, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How the old table calls its columns
    #[arg(long, default_value = "plain", value_name = "NAME")]
    #[arg(value_parser = PossibleValuesParser::new(crate::rows::profiles()))]
    pub profile: String,
    /// A column under another name, such as reference=order_no; may be given again
    #[arg(long = "column", value_name = "FIELD=COLUMN")]
    pub columns: Vec<String>,
    /// The account of rows that name none
    #[arg(long, value_name = "NAME")]
    pub gateway: Option<String>,
    /// The payment method of rows that name none
    #[arg(long)]
    pub method: Option<String>,
    /// The currency of rows that name none, such as CNY
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// What the old table is called: with a row's id it says which row was imported before
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    /// The flow of orders that are created [default: retail]
    #[arg(long)]
    pub flow: Option<String>,
    /// How long the old system left a payment open, where a row does not say
    #[arg(long, value_name = "MINUTES")]
    pub ttl_minutes: Option<i64>,
    /// What times without an offset are counted from, such as +08:00 or Z
    #[arg(long, value_name = "OFFSET", allow_hyphen_values = true)]
    pub utc_offset: Option<String>,
    /// Who imports [default: import]
    #[arg(long)]
    pub actor: Option<String>,
}

#[derive(Args)]
pub(crate) struct Trigger {
    /// The payment (pay_…)
    pub payment: String,
    /// What the callback says, or what is wrong with it
    #[arg(value_parser = choice::<Kind>(Kind::ALL, Kind::as_str))]
    pub kind: Kind,
    /// The refund that the kinds refund_… are about (ref_…)
    #[arg(long)]
    pub refund: Option<String>,
    #[command(flatten)]
    pub target: Target,
}

/// Where a callback goes.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Target {
    /// Post it to your server, such as http://127.0.0.1:8000/callbacks/mock
    #[arg(long)]
    pub url: Option<String>,
    /// Hand it straight to the database opened here
    #[arg(long)]
    pub store: bool,
}

/// Accepts the words of a closed set, and lists them in help and errors.
fn choice<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    word: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let words = PossibleValuesParser::new(all.iter().map(|one| word(*one)));
    words.try_map(move |given| {
        all.iter().copied().find(|one| word(*one) == given).ok_or("no such word")
    })
}
