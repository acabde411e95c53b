//! The public shape, written once: choices, records, gateways, methods and functions, with their documentation. Each language's
//! binding, its type stubs, the API reference and the scenario runners are readers of this table. It decides nothing.
//!
//! The grammar is that of a header file. A type is `Name` or `Name<Name>`: `Text`, `Whole` (a whole number), `Flag`,
//! `Amount` (an exact decimal), `Time` (an instant), `Bytes`, `Map` (text to text), `Headers`, `Secret`, `Gateway` (the
//! configuration of any gateway), `Json` (an object as JSON text), a choice, a record, `Optional<…>` or `List<…>`; a list or map that a host leaves out is
//! empty. The arguments of a method stand in three groups, separated by semicolons: those that may be given by place,
//! those that must be given by name, and those that may be left out. The arguments of a function, which needs no engine,
//! stand in two groups: those that must be given, and those that may be left out; all may be given by place or by name.
//! Functions are listed by the module they are found in.

mod merchant;

/// Hands the whole table to a macro: `paywright::surface!(my_reader);`.
#[macro_export]
macro_rules! surface {
    ($reader:ident) => {
        $crate::with_merchant_rows! { $reader }
    };
}

/// The table around the rows that only some builds have: see `surface/merchant`.
#[doc(hidden)]
#[macro_export]
macro_rules! surface_around {
    ($reader:ident gateways { $($gateway:tt)* } functions { $($function:tt)* }) => {
        $reader! {
            choices {
                /// How far an order is paid; always derived from its sums.
                Settlement { unsettled partial settled }
                /// Where a payment stands.
                PaymentState { init processing authorized succeeded failed cancelled expired }
                /// Where a refund stands.
                RefundState { pending succeeded failed cancelled }
                /// Which account a refund is paid from.
                RefundSource { order deposit suspense }
                /// What the payer does next.
                ActionKind { redirect qr_code client_secret sdk_params instructions none }
                /// What a line is for. A discount is the only kind that makes the total smaller.
                LineKind { item fee tax discount deposit }
                /// What became of a callback.
                CallbackOutcome { applied already held ignored }
                /// Why something waits for a person.
                ExceptionKind {
                    amount_mismatch currency_mismatch unapplied overpaid unknown_payment schema unwanted_hold
                    refund_failed
                }
                /// What a person may do about an exception.
                Resolution { apply refund write_off }
                /// How the payer meets the gateway: inside the host's page, on the gateway's page (desk or phone), by
                /// scanning a code, inside the wallet, or in the host's own app.
                Experience { embedded hosted qr_code mobile_web in_wallet app }
                /// What can be done step by step, by a host that sends requests itself.
                StepOperation { pay query capture cancel refund query_refund }
                /// Why there is no response: the request certainly never left, or nobody knows.
                NoResponse { not_sent unknown }
                /// Whether money is collected at once or only held until the host captures it.
                Capture { automatic manual }
                /// What is at stake: no money, the gateways' test environments, real money.
                Mode { development test live }
                /// What an examination of an account looks at: a key or secret, the serial number of a key or certificate, test
                /// or live, the account's number, the address for callbacks, the clock, the way to the gateway.
                Part { key serial mode account callback clock network }
            }
            inputs {
                /// A line to be ordered.
                NewLine {
                    /// What the payer reads; at most 500 characters.
                    description: Text,
                    /// For one of them, in the order's currency; above zero.
                    unit_amount: Amount,
                    /// How many; 1 unless said.
                    quantity: Optional<Whole>,
                    /// What it is for; `item` unless said.
                    kind: Optional<LineKind>,
                }
                /// An endpoint of another service of the host, that the journal is delivered to: signed per Standard Webhooks,
                /// sent by `run_due`, repeated until it is taken.
                Webhook {
                    /// Where to: https, or http to this machine.
                    url: Text,
                    /// `whsec_…` (shared) or `whsk_…` (Ed25519, private); several while they are changed: each signs.
                    secrets: List<Secret>,
                    /// The events that it is told of, such as `payment.succeeded`; all unless said.
                    events: List<Text>,
                    /// Under which name its place in the journal is kept; the host of the address unless said.
                    name: Optional<Text>,
                    /// Takes an address whose host is a number of a private network; refused unless said.
                    allow_private: Optional<Flag>,
                }
                /// A row of a payments table that another system kept.
                ImportRow {
                    /// What names the row in its table.
                    id: Text,
                    /// The order that it pays for, in the host's words; one that is not there is created.
                    reference: Text,
                    /// How much; above zero, for refunds too.
                    amount: Amount,
                    /// Where it stands, in a word of the old system, such as `PAID` or `requires_payment_method`.
                    status: Text,
                    /// `charge` or `refund`, in any case; `charge` unless said.
                    transaction_type: Optional<Text>,
                    /// ISO 4217 code; that of the import unless said.
                    currency: Optional<Text>,
                    /// How the payer paid; that of the import unless said.
                    method: Optional<Text>,
                    /// The account it was collected through; that of the import unless said.
                    gateway: Optional<Text>,
                    /// The gateway's number of the movement of money.
                    transaction_id: Optional<Text>,
                    /// The reference under which the gateway knows a payment that is still open, such as `pi_…`.
                    gateway_reference: Optional<Text>,
                    /// Of a refund: the `id` or `transaction_id` of the charge whose money went back; unless said, the only
                    /// charge of the order, or the only one of that amount.
                    refund_of: Optional<Text>,
                    /// Who owes, in the host's words.
                    customer: Optional<Text>,
                    /// What the order is about in all; what was collected for it unless said.
                    total: Optional<Amount>,
                    /// Of a charge: how much of the order is a deposit. Of a refund: the same as its amount, if it returned
                    /// the deposit.
                    deposit: Optional<Amount>,
                    /// What the payer read, or why money went back.
                    description: Optional<Text>,
                    /// When the row was written.
                    created_at: Optional<Time>,
                    /// When the money came or went back.
                    paid_at: Optional<Time>,
                    /// Until when it could be paid.
                    expires_at: Optional<Time>,
                }
            }
            gateways {
                /// A stand-in for a payment provider, inside the process. Refused in mode `live` and beside live
                /// credentials.
                Mock {
                    /// The secrets that sign and verify callbacks, the newest first; a public throwaway one unless said.
                    secrets: List<Secret>,
                    /// Where a host serves the checkout page.
                    checkout_base_url: Optional<Text>,
                    /// What happens to the next payments, one word each, such as `success` or `decline:card_declined`.
                    script: List<Text>,
                    /// What happens to the next refunds, one word each.
                    refund_script: List<Text>,
                    /// The payment methods it offers.
                    methods: List<Text>,
                }
                /// Bank transfers: the payer gets instructions, a person confirms that the money came.
                Bank {
                    /// Who owns the account.
                    account_name: Text,
                    /// Its number.
                    account_number: Text,
                    /// The bank's name.
                    bank_name: Text,
                    /// The currencies it takes, as ISO 4217 codes; at least one.
                    currencies: List<Text>,
                }
                $($gateway)*
                /// A sender of signed callbacks, described by data.
                Signed {
                    /// The description as JSON text; what may stand in it is in `docs/gateways.md` under Signed.
                    description: Secret,
                }
            }
            records {
                /// A line of an order.
                Line {
                    /// What it is for.
                    kind: LineKind,
                    /// What the payer reads.
                    description: Text,
                    /// How many.
                    quantity: Whole,
                    /// For one of them.
                    unit_amount: Amount,
                    /// Quantity times unit amount.
                    amount: Amount,
                }
                /// What is owed.
                Order {
                    /// `ord_…`
                    id: Text,
                    /// The host's own id, unique in its flow.
                    reference: Optional<Text>,
                    /// Who owes, in the host's words.
                    customer: Optional<Text>,
                    /// The name of its lifecycle.
                    flow: Text,
                    /// Where it stands in that lifecycle.
                    state: Text,
                    /// ISO 4217 code of every amount here.
                    currency: Text,
                    /// What makes up the total.
                    lines: List<Line>,
                    /// The sum of all lines.
                    total: Amount,
                    /// Collected, ever.
                    paid: Amount,
                    /// Paid back, ever.
                    refunded: Amount,
                    /// Still owed; never negative, and zero in a final state.
                    due: Amount,
                    /// The deposit that is held and owed back.
                    deposit_held: Amount,
                    /// Derived from total, paid and refunded.
                    settlement: Settlement,
                    /// Its state takes payments, something is due and its time to pay is not over.
                    can_pay: Flag,
                    /// The events that a host may fire on it now.
                    possible: List<Text>,
                    /// The host's own notes.
                    metadata: Map,
                    /// The order whose term this one extends once it is paid: a renewal or an upgrade.
                    extends: Optional<Text>,
                    /// The last moment to create a payment.
                    payable_until: Time,
                    /// When `start` happens by itself.
                    starts_at: Optional<Time>,
                    /// When `overdue` or `lapse` happens by itself.
                    ends_at: Optional<Time>,
                    /// When it was created.
                    created_at: Time,
                    /// When it last changed.
                    updated_at: Time,
                    /// Grows by one with every change.
                    version: Whole,
                }
                /// What the payer does next; `kind` says which of the others counts.
                Action {
                    /// What to do.
                    kind: ActionKind,
                    /// For `redirect`: where to go.
                    url: Optional<Text>,
                    /// For `qr_code`: the text to show as a QR code.
                    qr_text: Optional<Text>,
                    /// For `client_secret`: what the gateway's browser library needs.
                    client_secret: Optional<Text>,
                    /// For `sdk_params` and `instructions`: name and value.
                    parameters: Map,
                }
                /// One attempt to collect.
                Payment {
                    /// `pay_…`
                    id: Text,
                    /// The order it collects for.
                    order_id: Text,
                    /// Who owes, in the host's words.
                    customer: Optional<Text>,
                    /// The account it is collected through.
                    gateway: Text,
                    /// How the payer pays.
                    method: Text,
                    /// The reference under which the gateway knows it, where that is not its id.
                    reference: Optional<Text>,
                    /// Where it stands.
                    state: PaymentState,
                    /// What it shall collect.
                    amount: Amount,
                    /// What it did collect.
                    captured: Amount,
                    /// What went back.
                    refunded: Amount,
                    /// What refunds under way have reserved.
                    refund_pending: Amount,
                    /// ISO 4217 code of every amount here.
                    currency: Text,
                    /// What the payer does next.
                    action: Action,
                    /// What a host may do with it now: `cancel`, `capture`, `refund`, `pay_again`.
                    possible: List<Text>,
                    /// The gateway's number of the movement of money.
                    transaction_id: Optional<Text>,
                    /// Why it failed: a short stable word.
                    failure_code: Optional<Text>,
                    /// Why it failed: a sentence for the payer.
                    failure_message: Optional<Text>,
                    /// The money came after the payment had been given up.
                    late: Flag,
                    /// A person confirmed it, not a gateway.
                    manual: Flag,
                    /// `create_payment` found it instead of creating it.
                    reused: Flag,
                    /// When it is closed if nobody paid.
                    expires_at: Time,
                    /// When the money came.
                    paid_at: Optional<Time>,
                    /// When it was created.
                    created_at: Time,
                    /// When it last changed.
                    updated_at: Time,
                    /// Grows by one with every change.
                    version: Whole,
                }
                /// Money going back.
                Refund {
                    /// `ref_…`
                    id: Text,
                    /// The payment whose money goes back; none for money of an unknown payment.
                    payment_id: Optional<Text>,
                    /// The order it counts for, unless it is paid from suspense.
                    order_id: Optional<Text>,
                    /// The exception that it resolves.
                    exception_id: Optional<Text>,
                    /// The account it goes back through.
                    gateway: Text,
                    /// Which account it is paid from.
                    source: RefundSource,
                    /// Where it stands.
                    state: RefundState,
                    /// How much.
                    amount: Amount,
                    /// ISO 4217 code.
                    currency: Text,
                    /// Why.
                    reason: Text,
                    /// The gateway's own number.
                    transaction_id: Optional<Text>,
                    /// Why it failed: a short stable word.
                    failure_code: Optional<Text>,
                    /// Why it failed: a sentence.
                    failure_message: Optional<Text>,
                    /// When it was accepted.
                    created_at: Time,
                    /// When it last changed.
                    updated_at: Time,
                    /// Grows by one with every change.
                    version: Whole,
                }
                /// Money or a message that could not be applied and waits for a person.
                ExceptionEntry {
                    /// `exc_…`
                    id: Text,
                    /// Why it waits.
                    kind: ExceptionKind,
                    /// The account it came through.
                    gateway: Text,
                    /// The order it touches.
                    order_id: Optional<Text>,
                    /// The payment it touches.
                    payment_id: Optional<Text>,
                    /// The refund it touches.
                    refund_id: Optional<Text>,
                    /// Money in suspense.
                    amount: Optional<Amount>,
                    /// Its ISO 4217 code.
                    currency: Optional<Text>,
                    /// The gateway's number of the movement of money.
                    transaction_id: Optional<Text>,
                    /// What is wrong, in one sentence.
                    explanation: Text,
                    /// The message without secrets and payer data, where it could not be read.
                    body: Optional<Text>,
                    /// What is likely right.
                    suggestion: Resolution,
                    /// What was done, once it was.
                    resolution: Optional<Resolution>,
                    /// Who did it.
                    actor: Optional<Text>,
                    /// Why.
                    reason: Optional<Text>,
                    /// When it was opened.
                    created_at: Time,
                    /// When it was resolved.
                    resolved_at: Optional<Time>,
                }
                /// One row of the journal.
                Event {
                    /// Its place in the order of all changes.
                    sequence: Whole,
                    /// When it was written.
                    at: Time,
                    /// What happened, such as `payment.succeeded`.
                    event: Text,
                    /// Who did it; `system` when nobody in particular.
                    actor: Text,
                    /// The gateway's message behind it.
                    source: Optional<Text>,
                    /// The order.
                    order_id: Optional<Text>,
                    /// The payment.
                    payment_id: Optional<Text>,
                    /// The refund.
                    refund_id: Optional<Text>,
                    /// The exception.
                    exception_id: Optional<Text>,
                    /// What there is to know besides.
                    detail: Map,
                }
                /// The exact answer to a callback: pass all three on unchanged.
                Reply {
                    /// HTTP status.
                    status: Whole,
                    /// HTTP headers.
                    headers: Map,
                    /// The body, byte for byte.
                    body: Bytes,
                }
                /// A callback that was taken.
                CallbackResult {
                    /// What became of it.
                    outcome: CallbackOutcome,
                    /// The very message had been delivered before.
                    duplicate: Flag,
                    /// The payment it was about, as it is now.
                    payment: Optional<Payment>,
                    /// That payment's order, as it is now.
                    order: Optional<Order>,
                    /// The refund it was about, as it is now.
                    refund: Optional<Refund>,
                    /// The exception that keeps it.
                    exception: Optional<ExceptionEntry>,
                    /// What to answer.
                    reply: Reply,
                }
                /// A transfer that was reported.
                TransferResult {
                    /// What became of it; `already` when the same line had been reported before.
                    outcome: CallbackOutcome,
                    /// The payment that it names, as it is now.
                    payment: Optional<Payment>,
                    /// That payment's order, as it is now.
                    order: Optional<Order>,
                    /// The exception that keeps the money.
                    exception: Optional<ExceptionEntry>,
                }
                /// A request for a host to send: once, over https, following no redirect. Its headers hold credentials.
                OutgoingRequest {
                    /// `GET`, `POST`, …
                    method: Text,
                    /// Where it goes.
                    url: Text,
                    /// What it carries; never printed.
                    headers: Headers,
                    /// The body, byte for byte.
                    body: Bytes,
                }
                /// What comes next in an operation: a request with its ticket, or the result.
                Step {
                    /// What to resume with, once the request was sent.
                    ticket: Optional<Text>,
                    /// What to send.
                    request: Optional<OutgoingRequest>,
                    /// How long to wait before, in milliseconds.
                    after_ms: Whole,
                    /// The payment, when it is over.
                    payment: Optional<Payment>,
                    /// The refund, when it is over.
                    refund: Optional<Refund>,
                }
                /// A callback that is genuine. Nothing was changed.
                Proof {
                    /// The gateway's id of the message, or what stands for one.
                    id: Text,
                    /// What it says, such as `succeed`, or `unknown`.
                    says: Text,
                    /// The payment's id or reference that it names.
                    payment: Optional<Text>,
                    /// The gateway's number of the movement of money.
                    transaction_id: Optional<Text>,
                }
                /// A generic HMAC callback that is genuine. Who keeps both for a while recognises a message that comes again.
                SignedCallback {
                    /// SHA-256 of what was signed, in hex: a known one is a repetition.
                    digest: Text,
                    /// The sender's number of the message: a known one with another digest is a forgery.
                    nonce: Optional<Text>,
                }
                /// A page of orders, newest first.
                OrderPage {
                    /// All there are.
                    total: Whole,
                    /// Which page this is; they count from one.
                    page: Whole,
                    /// How many a page holds.
                    size: Whole,
                    /// Those on this page.
                    items: List<Order>,
                }
                /// A page of payments, newest first.
                PaymentPage {
                    /// All there are.
                    total: Whole,
                    /// Which page this is; they count from one.
                    page: Whole,
                    /// How many a page holds.
                    size: Whole,
                    /// Those on this page.
                    items: List<Payment>,
                }
                /// A page of refunds, newest first.
                RefundPage {
                    /// All there are.
                    total: Whole,
                    /// Which page this is; they count from one.
                    page: Whole,
                    /// How many a page holds.
                    size: Whole,
                    /// Those on this page.
                    items: List<Refund>,
                }
                /// A page of exceptions, oldest first.
                ExceptionPage {
                    /// All there are.
                    total: Whole,
                    /// Which page this is; they count from one.
                    page: Whole,
                    /// How many a page holds.
                    size: Whole,
                    /// Those on this page.
                    items: List<ExceptionEntry>,
                }
                /// One row of the ledger.
                Transfer {
                    /// Its place in the ledger.
                    sequence: Whole,
                    /// The journal row that it belongs to.
                    entry: Whole,
                    /// Why, such as `payment` or `refund_paid`.
                    kind: Text,
                    /// The kind of account that is debited.
                    debit: Text,
                    /// The kind of account that is credited.
                    credit: Text,
                    /// How much.
                    amount: Amount,
                    /// ISO 4217 code.
                    currency: Text,
                }
                /// What stands in one account in one currency.
                Balance {
                    /// The account, such as `gateway:mock` or `order:ord_…`.
                    account: Text,
                    /// ISO 4217 code.
                    currency: Text,
                    /// The sum of all debits.
                    debit: Amount,
                    /// The sum of all credits.
                    credit: Amount,
                    /// Debits less credits.
                    balance: Amount,
                }
                /// An invariant that does not hold.
                Violation {
                    /// Its number in the threat model.
                    invariant: Text,
                    /// The row that breaks it.
                    subject: Text,
                    /// What is wrong.
                    what: Text,
                }
                /// What an audit found.
                VerifyReport {
                    /// Nothing is wrong.
                    ok: Flag,
                    /// Orders looked at.
                    orders: Whole,
                    /// Payments looked at.
                    payments: Whole,
                    /// Refunds looked at.
                    refunds: Whole,
                    /// Transfers looked at.
                    transfers: Whole,
                    /// Journal rows looked at.
                    entries: Whole,
                    /// What does not hold.
                    violations: List<Violation>,
                }
                /// What a run of due work did.
                DueReport {
                    /// Payments looked at.
                    payments: Whole,
                    /// Refunds looked at.
                    refunds: Whole,
                    /// Orders looked at.
                    orders: Whole,
                    /// What could not be done now and will be tried again.
                    failures: List<Text>,
                    /// Rows of journal and ledger that were sealed.
                    sealed: Whole,
                    /// Messages that webhooks took.
                    webhooks: Whole,
                    /// Messages that webhooks did not take; they are sent again.
                    webhooks_failed: Whole,
                }
                /// How a webhook's endpoint stands.
                WebhookStatus {
                    /// Its name.
                    name: Text,
                    /// Where it is.
                    url: Text,
                    /// This engine was opened with it.
                    configured: Flag,
                    /// The last journal row that was dealt with for it.
                    position: Whole,
                    /// Journal rows after that.
                    behind: Whole,
                    /// Messages that it did not take and that are sent again.
                    waiting: Whole,
                    /// Messages that it did not take in all their attempts.
                    given_up: Whole,
                    /// How often in a row it was in trouble.
                    failures: Whole,
                    /// It is left alone until then.
                    rests_until: Optional<Time>,
                    /// Since when nothing is sent to it, because it said that it is gone; `replay_webhook` ends that.
                    disabled_at: Optional<Time>,
                    /// The status of its last answer that was no success.
                    last_status: Optional<Whole>,
                    /// What was wrong then.
                    last_error: Optional<Text>,
                    /// When that was.
                    failed_at: Optional<Time>,
                }
                /// A message that a webhook did not take yet.
                WebhookMessage {
                    /// `msg_…`, the `webhook-id` of every attempt.
                    id: Text,
                    /// The webhook's name.
                    webhook: Text,
                    /// The journal row that it tells.
                    sequence: Whole,
                    /// What happened.
                    event: Text,
                    /// How often it was sent.
                    attempts: Whole,
                    /// When it is sent again; none once it was given up.
                    next_attempt_at: Optional<Time>,
                    /// The status of the last answer.
                    last_status: Optional<Whole>,
                    /// What was wrong with it.
                    last_error: Optional<Text>,
                    /// When it failed first.
                    created_at: Time,
                    /// When it failed last.
                    updated_at: Time,
                }
                /// A page of messages that webhooks did not take yet, in the journal's order.
                WebhookMessagePage {
                    /// All there are.
                    total: Whole,
                    /// Which page this is; they count from one.
                    page: Whole,
                    /// How many a page holds.
                    size: Whole,
                    /// Those on this page.
                    items: List<WebhookMessage>,
                }
                /// How the engine is.
                Health {
                    /// The database answers and nothing is odd.
                    ok: Flag,
                    /// What is at stake.
                    mode: Mode,
                    /// The accounts that collect.
                    gateways: List<Text>,
                    /// The payment methods they offer.
                    methods: List<Text>,
                    /// What an operator should look at.
                    warnings: List<Text>,
                }
                /// One thing that an examination looked at.
                Finding {
                    /// What was looked at.
                    part: Part,
                    /// Nothing is wrong.
                    ok: Flag,
                    /// What was found, without secrets.
                    what: Text,
                    /// What to do about it; empty where nothing is to be done.
                    remedy: Text,
                }
                /// What an examination of an account found.
                Examination {
                    /// Nothing is wrong.
                    ok: Flag,
                    /// What was looked at, in order.
                    findings: List<Finding>,
                }
                /// A row that was not imported. Nothing of it was written.
                ImportProblem {
                    /// Its place among the rows given; they count from one.
                    row: Whole,
                    /// What names it in its table.
                    id: Text,
                    /// The code of the error.
                    code: Text,
                    /// What is wrong, in English.
                    message: Text,
                    /// The same in Chinese.
                    message_zh: Text,
                }
                /// What an import did, or would do.
                ImportReport {
                    /// Nothing was written.
                    dry_run: Flag,
                    /// Rows looked at.
                    rows: Whole,
                    /// Orders created.
                    orders: Whole,
                    /// Payments written.
                    payments: Whole,
                    /// Refunds written.
                    refunds: Whole,
                    /// Rows that were imported before, and refunds that never came about.
                    skipped: Whole,
                    /// What was collected and went back, by currency.
                    sums: List<ImportSum>,
                    /// Rows that were not imported.
                    problems: List<ImportProblem>,
                }
                /// The money of an import in one currency.
                ImportSum {
                    /// ISO 4217 code.
                    currency: Text,
                    /// Collected.
                    collected: Amount,
                    /// Paid back.
                    refunded: Amount,
                }
                /// A callback as the mock gateway would post it.
                Delivery {
                    /// HTTP headers.
                    headers: Map,
                    /// The body, byte for byte.
                    body: Bytes,
                }
                /// A page of the mock gateway, for a host to serve.
                MockPage {
                    /// HTTP status.
                    status: Whole,
                    /// HTTP headers.
                    headers: Map,
                    /// The page.
                    html: Text,
                }
                /// What a click on the mock gateway's page leads to.
                MockChoice {
                    /// The callbacks that the gateway now posts, in this order.
                    deliveries: List<Delivery>,
                    /// Where the payer's browser goes back to.
                    return_url: Optional<Text>,
                }
                /// An acknowledgement without content.
                Done {
                    /// Always true: a refusal is an error.
                    ok: Flag,
                }
            }
            methods {
                /// Creates an order of an amount or of lines. `extends` names the order whose term the new one extends once
                /// it is paid. Errors: `amount_…`, `currency`, `overflow`, `id_format`,
                /// `reference_taken`, `flow_not_found`, `pan`, `sensitive_field`, `too_large`, `idempotency`.
                fn create_order(; currency: Text; amount: Amount, lines: List<NewLine>, reference: Text, customer: Text,
                    flow: Text, metadata: Map, payable_until: Time, starts_at: Time, ends_at: Time,
                    extends: Text, description: Text, idempotency_key: Text) -> Order;
                /// One order. Errors: `order_not_found`, `id_format`.
                fn order(order_id: Text;;) -> Order;
                /// One order by the host's own id; flow `retail` unless said. Errors: `order_not_found`.
                fn order_by_reference(reference: Text;; flow: Text) -> Order;
                /// A page of orders, newest first. Errors: `argument_range`.
                fn orders(;; customer: Text, flow: Text, state: Text, page: Whole, size: Whole) -> OrderPage;
                /// Adds lines to an order that takes payments; what is due grows. Errors: `order_not_payable`.
                fn add_lines(order_id: Text; lines: List<NewLine>;) -> Order;
                /// Fires an event of the order's flow. `withhold` keeps a part of the deposit that the event would return.
                /// Errors: `transition`, `transition_reserved`, `withhold_exceeds`.
                fn transition_order(order_id: Text, event: Text;; actor: Text, withhold: Amount, withhold_reason: Text)
                    -> Order;
                /// Gives an order up and refunds what its flow says. Errors: `transition`, `paid`, `outcome_unknown`.
                fn cancel_order(order_id: Text;; actor: Text, reason: Text) -> Order;
                /// Creates a payment of what is due, or returns the active one that is the same. `experience` says how the
                /// payer meets the gateway, `payer_id` who the payer is to it (a wallet's user id), `payer_address` the
                /// payer's network address where the gateway asks for it. `fallback` names accounts to try in this order where it
                /// is certain that those before hold nothing. Without `send` only the intent is written; `begin` goes on
                /// from there. Errors, in this order:
                /// `order_not_found`, `method_unsupported`, `order_not_payable`, `order_settled`, `order_expired`,
                /// `amount_mismatch`, `active_payment_exists`; then the gateway's: `declined`, `gateway_…`, `outcome_unknown`.
                fn create_payment(order_id: Text;; method: Text, gateway: Text, amount: Amount, currency: Text, partial: Flag,
                    ttl_minutes: Whole, capture: Capture, experience: Experience, description: Text, return_url: Text,
                    cancel_url: Text, payer_id: Text, payer_address: Text, reference: Text, fallback: List<Text>,
                    send: Flag, idempotency_key: Text) -> Payment;
                /// One payment. Errors: `payment_not_found`, `id_format`.
                fn payment(payment_id: Text;;) -> Payment;
                /// A page of payments, newest first. Errors: `argument_range`, `value_unknown`.
                fn payments(;; order_id: Text, customer: Text, state: PaymentState, page: Whole, size: Whole) -> PaymentPage;
                /// Collects held money: all of it unless said; the journal keeps who had it done. Errors: `transition`,
                /// `amount_mismatch`, `gateway_rejected`, `outcome_unknown` (it will be asked).
                fn capture_payment(payment_id: Text;; amount: Amount, actor: Text) -> Payment;
                /// Closes a payment at its gateway; the journal keeps who had it done. Errors: `paid`, `outcome_unknown`.
                fn cancel_payment(payment_id: Text;; actor: Text) -> Payment;
                /// A person confirms that money came, on evidence. Errors: `manual_evidence`, `gateway_cannot`.
                fn confirm_payment(payment_id: Text; actor: Text, reason: Text; transaction_id: Text) -> Payment;
                /// A person or an import of statements reports a transfer that arrived. The payment whose reference stands
                /// in the text, however it was typed, gets the money; what does not fit waits as an exception. The same
                /// `transaction_id` again changes nothing. Errors: `manual_evidence`, `gateway_cannot`, `amount_…`,
                /// `bound_elsewhere`, `idempotency`.
                fn record_transfer(gateway: Text; reference: Text, amount: Amount, currency: Text, transaction_id: Text,
                    actor: Text; received_at: Time) -> TransferResult;
                /// Asks the gateway about a payment. Errors: `payment_not_found`, `gateway_cannot`.
                fn sync_payment(payment_id: Text;;) -> Payment;
                /// Pays money back: all that is left unless said. Without `send` only the intent is written. Errors:
                /// `payment_not_refundable`, `refund_exceeds`, `currency_mismatch`, `idempotency`.
                fn refund(payment_id: Text;; amount: Amount, currency: Text, reason: Text, actor: Text, send: Flag,
                    idempotency_key: Text) -> Refund;
                /// One refund. Errors: `refund_not_found`, `id_format`.
                fn find_refund(refund_id: Text;;) -> Refund;
                /// A page of refunds, newest first. Errors: `argument_range`, `value_unknown`.
                fn refunds(;; payment_id: Text, order_id: Text, state: RefundState, page: Whole, size: Whole) -> RefundPage;
                /// A person confirms that a refund reached the payer. Errors: `manual_evidence`, `gateway_cannot`.
                fn confirm_refund(refund_id: Text; actor: Text, reason: Text; transaction_id: Text) -> Refund;
                /// Asks the gateway about a refund. Errors: `refund_not_found`, `gateway_cannot`.
                fn sync_refund(refund_id: Text;;) -> Refund;
                /// Begins an operation on a payment or refund for a host that sends requests itself: the answer is a request
                /// with a ticket, or the result. `actor` is who captures or cancels. Errors: those of the operation,
                /// `id_format`.
                fn begin(id: Text, operation: StepOperation;; amount: Amount, actor: Text) -> Step;
                /// Goes on with what came back for a step's request: status, headers and body, or why there is none. Errors:
                /// those of the operation, `text_format` (the ticket), `argument_missing`.
                fn resume(ticket: Text;; status: Whole, headers: Headers, body: Bytes, failure: NoResponse) -> Step;
                /// One exception. Errors: `exception_not_found`.
                fn exception(exception_id: Text;;) -> ExceptionEntry;
                /// A page of exceptions, oldest first; only the open ones unless `all`.
                fn exceptions(;; all: Flag, page: Whole, size: Whole) -> ExceptionPage;
                /// A person decides what becomes of an exception. Errors: `manual_evidence`, `exception_resolved`,
                /// `resolution_impossible`.
                fn resolve_exception(exception_id: Text; resolution: Resolution, actor: Text, reason: Text; order_id: Text)
                    -> ExceptionEntry;
                /// Takes a gateway's callback: raw headers and raw body, exactly as they arrived. A refusal is an error whose
                /// `reply` is the answer for the remote side. Errors: `auth_…`, `malformed`, `too_large`, `bound_elsewhere`.
                fn handle_callback(gateway: Text; headers: Headers, body: Bytes;) -> CallbackResult;
                /// Proves a callback genuine and changes nothing. Errors: as `handle_callback`.
                fn verify_callback(gateway: Text; headers: Headers, body: Bytes;) -> Proof;
                /// The payer came back: asks the gateway about the payment that the address names. What the address
                /// says about its outcome is never believed. Errors: `payment_not_found`.
                fn handle_return(gateway: Text; params: Map;) -> Payment;
                /// What happened to a payment and its refunds, oldest first.
                fn logs(payment_id: Text;;) -> List<Event>;
                /// What happened to an order, its payments and refunds, oldest first.
                fn timeline(order_id: Text;;) -> List<Event>;
                /// The ledger's rows of an order, oldest first.
                fn transfers(order_id: Text;;) -> List<Transfer>;
                /// The events after a sequence number, in order; 100 unless said.
                fn events(;; after: Whole, limit: Whole) -> List<Event>;
                /// What a named consumer has not acknowledged; asking again gives the same events again.
                fn next_events(consumer: Text;; limit: Whole) -> List<Event>;
                /// A named consumer has dealt with everything up to a sequence number.
                fn acknowledge_events(consumer: Text, sequence: Whole;;) -> Done;
                /// How the webhooks stand, by name: those of this engine and others that the database knows.
                fn webhooks(;;) -> List<WebhookStatus>;
                /// A page of the messages that webhooks did not take yet. Errors: `argument_range`.
                fn webhook_messages(;; name: Text, given_up: Flag, page: Whole, size: Whole) -> WebhookMessagePage;
                /// Has messages sent to a webhook again, under their own ids, by the next `run_due`: one, everything after
                /// a journal row, or all that was given up. It also ends a rest and enables a webhook that was gone.
                /// Errors: `webhook_not_found`, `message_not_found`, `argument_range`, `argument_conflict`.
                fn replay_webhook(name: Text;; message_id: Text, after: Whole, actor: Text) -> WebhookStatus;
                /// Takes over rows of a payments table that another system kept: orders, payments, refunds and their transfers,
                /// as if they had happened here. A row that is given again changes nothing; a row that cannot be taken over
                /// is told in the report, and nothing of it is written. `table` names the old table (`payments` unless
                /// said), `flow` the lifecycle of orders that are created, `ttl_minutes` says how long the old system left a
                /// payment open where a row does not. Give all rows of an order in one call. Errors: `too_large` (more than
                /// 100000 rows), `flow_not_found`, `gateway_not_found`, `currency`, `id_format`, `argument_range`.
                fn import_payments(rows: List<ImportRow>;; table: Text, flow: Text, gateway: Text, method: Text,
                    currency: Text, ttl_minutes: Whole, dry_run: Flag, actor: Text) -> ImportReport;
                /// Takes the number of a signed request, once: `nonce` was not taken before in `scope` (such as a client's
                /// name), and `timestamp`, in Unix seconds, is at most `tolerance_s` from now (300 unless said, at most
                /// 3600). Check the signature first. Of two who take the same number at once, one is refused. Errors:
                /// `auth_stale`, `replay`, `id_format`, `argument_range`.
                fn claim_nonce(scope: Text, nonce: Text, timestamp: Whole;; tolerance_s: Whole) -> Done;
                /// Does what time has made necessary: expiry, open outcomes, timers, seals, webhooks. Call it from cron or a
                /// timer.
                fn run_due(;; limit: Whole) -> DueReport;
                /// Audits the books: every sum, every invariant, every seal.
                fn verify(;;) -> VerifyReport;
                /// What stands in every account that is not even.
                fn balances(;;) -> List<Balance>;
                /// Exchanges the credentials of an account from the next call on, without a restart; calls under way end with the
                /// old ones. The configuration is the whole account as given at opening, of the same name and kind; the mock
                /// has none to exchange. Errors: `gateway_not_found`, `config_invalid`, `config_missing`, `secret_empty`,
                /// `key_type`.
                fn rotate_credentials(gateway: Gateway;; actor: Text) -> Done;
                /// Looks whether an account can work: what can be said offline, then one harmless question to the gateway.
                /// Trouble on the way is a finding; nothing is written. Errors: `gateway_not_found`.
                fn examine(gateway: Text;;) -> Examination;
                /// How the engine is.
                fn health(;;) -> Health;
                /// Counts for a monitor, as Prometheus text.
                fn metrics(;;) -> Text;
                /// A lifecycle as a Mermaid diagram: a flow's name, `payment` or `refund`. Errors: `flow_not_found`.
                fn diagram(machine: Text;;) -> Text;
                /// The mock gateway signs callbacks of a kind, such as `success` or `wrong_amount`, for a payment.
                /// Errors: `value_unknown`, `gateway_not_found`.
                fn mock_callbacks(payment_id: Text, kind: Text;; refund_id: Text) -> List<Delivery>;
                /// What the mock gateway shall do with the next payments and refunds. Errors: `value_unknown`.
                fn mock_script(;; payments: List<Text>, refunds: List<Text>) -> Done;
                /// The mock gateway's checkout page, in `en` or `zh`.
                fn mock_page(token: Text;; language: Text) -> MockPage;
                /// A click on the mock gateway's checkout page. Errors: `value_unknown`, `malformed`.
                fn mock_choose(token: Text, choice: Text;;) -> MockChoice;
            }
            functions {
                signatures {
                    /// Signs a message as Standard Webhooks does: the value of the header `webhook-signature`, `v1` for a secret
                    /// `whsec_…` and `v1a` for a private key `whsk_…`. `timestamp`, in Unix seconds, and `id` go into the headers
                    /// `webhook-timestamp` and `webhook-id`. Errors: `text_format`, `argument_range`, `secret_empty`,
                    /// `config_invalid`, `key_type`.
                    fn standard_webhooks_sign(id: Text, timestamp: Whole, body: Bytes, secret: Secret;) -> Text;
                    /// Proves a message of Standard Webhooks genuine and of our time. `secrets` are `whsec_…` or public keys
                    /// `whpk_…`; `now` is in Unix seconds, 300 seconds are tolerated both ways unless said. Whether a `webhook-id` was
                    /// seen before is the caller's to say. Errors: `too_large`, `duplicate_field`, `auth_missing`,
                    /// `auth_malformed`, `auth_not_configured`, `auth_mismatch`, `auth_stale`, `secret_empty`, `config_invalid`.
                    fn standard_webhooks_verify(body: Bytes, headers: Headers, secrets: List<Secret>, now: Whole;
                        tolerance_s: Whole) -> Done;
                    /// Signs the members of a callback in the `body` scheme of the generic HMAC callback: 64 hex digits, which
                    /// become the member `signature`. Errors: `canonical`, `secret_empty`.
                    fn hmac_callback_sign(fields: Map, secret: Secret;) -> Text;
                    /// Proves a generic HMAC callback genuine and, unless `require_fresh` is false, of our time. `scheme` is `body`
                    /// unless it is `header`. In the `body` scheme `signature_header` names the header that carries the signature
                    /// in place of the member; in the `header` scheme `header_names` may rename `signature`, `timestamp`, `nonce`
                    /// and `key_id`. A message that names its key verifies with the secret at the same place of `key_ids` only;
                    /// `secrets` are those that are valid now. Errors: `too_large`, `malformed`, `duplicate_field`, `canonical`,
                    /// `auth_…`, `secret_empty`, `value_unknown`, `argument_conflict`.
                    fn hmac_callback_verify(body: Bytes, secrets: List<Secret>, now: Whole; headers: Headers, scheme: Text,
                        signature_header: Text, header_names: Map, key_ids: List<Text>, require_fresh: Flag, tolerance_s: Whole)
                        -> SignedCallback;
                    $($function)*
                }
                display {
                    /// A QR code as an SVG picture, to be put into a page as it is: black on white, with a quiet zone of `border`
                    /// modules around it (4 unless said, at most 16) and `title` for those who cannot see it (`QR code` unless
                    /// said). It has no size of its own and refers to nothing. Scanners read it with up to 15 % of it
                    /// damaged. Errors: `too_large` (2331 bytes at most), `argument_missing`, `argument_range`, `text_format`.
                    fn qr_svg(text: Text; border: Whole, title: Text) -> Text;
                    /// The same QR code for a host that draws it itself: its rows from the top, `1` for a dark module and `0`
                    /// for a light one, without a quiet zone. Errors: `too_large` (2331 bytes at most), `argument_missing`.
                    fn qr_modules(text: Text;) -> List<Text>;
                    /// An amount as people write it: digits in groups of three, all decimal places of the currency, and its sign
                    /// (`$1,234.50`) or its code (`KWD 1.234`). `language` is `en` or `zh`, also as `zh-Hans` or `en_GB`; `en`
                    /// unless said. A yuan is `CN¥100.00` in English and `¥100.00` in Chinese. Errors: `amount_…`,
                    /// `currency`, `value_unknown`.
                    fn format_amount(amount: Amount, currency: Text; language: Text) -> Text;
                }
            }
        }
    };
}
