//! Every way in which Paywright refuses or fails, as one table.
//!
//! A code appears once, here, and never changes its spelling. Nothing outside this file words a message.

use std::fmt;

use crate::http::Reply;

/// The result of everything that can be refused or can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A kind of error that a caller handles in one way; languages with exceptions have one class for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// What was asked for is wrong in itself; asking again the same way cannot help.
    InvalidInput,
    /// The thing named does not exist.
    NotFound,
    /// Right in itself, but not in the present state of things.
    Conflict,
    /// A message could not be proved genuine.
    SignatureInvalid,
    /// The payer's bank or wallet said no.
    Declined,
    /// The gateway answered with something we cannot act on.
    GatewayError,
    /// The gateway asks us to slow down.
    RateLimited,
    /// The gateway did not answer; what happened there may be unknown.
    GatewayUnavailable,
    /// The gateway does not accept our keys.
    CredentialsRejected,
    /// The database could not do its part.
    StorageError,
    /// The configuration is wrong; nothing was opened.
    ConfigError,
    /// A defect of Paywright itself.
    InternalError,
}

impl Group {
    /// All groups, in the order of the table.
    pub const ALL: &'static [Group] = &[
        Group::InvalidInput,
        Group::NotFound,
        Group::Conflict,
        Group::SignatureInvalid,
        Group::Declined,
        Group::GatewayError,
        Group::RateLimited,
        Group::GatewayUnavailable,
        Group::CredentialsRejected,
        Group::StorageError,
        Group::ConfigError,
        Group::InternalError,
    ];

    /// The group as text, the same in every language.
    pub const fn as_str(self) -> &'static str {
        match self {
            Group::InvalidInput => "invalid_input",
            Group::NotFound => "not_found",
            Group::Conflict => "conflict",
            Group::SignatureInvalid => "signature_invalid",
            Group::Declined => "declined",
            Group::GatewayError => "gateway_error",
            Group::RateLimited => "rate_limited",
            Group::GatewayUnavailable => "gateway_unavailable",
            Group::CredentialsRejected => "credentials_rejected",
            Group::StorageError => "storage_error",
            Group::ConfigError => "config_error",
            Group::InternalError => "internal_error",
        }
    }

    /// The HTTP status that a host answers with, unless it knows better.
    pub const fn http_status(self) -> u16 {
        match self {
            Group::InvalidInput => 400,
            Group::NotFound => 404,
            Group::Conflict => 409,
            Group::SignatureInvalid => 403,
            Group::Declined => 402,
            Group::GatewayError => 502,
            Group::RateLimited => 429,
            Group::GatewayUnavailable | Group::StorageError => 503,
            Group::CredentialsRejected | Group::ConfigError | Group::InternalError => 500,
        }
    }
}

/// Who has to do something about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// The code that called.
    Caller,
    /// The person who pays.
    Payer,
    /// Whoever runs the service: a key, a setting, a disk.
    Operator,
    /// The payment provider.
    Gateway,
    /// Nobody: try again.
    Time,
    /// Somebody pretends to be a gateway, or a key is wrong.
    Forger,
    /// The authors of Paywright.
    Us,
}

macro_rules! codes {
    ($($group:ident { $($name:ident = $code:literal, $who:ident, $retry:literal, $en:literal, $zh:literal;)* })*) => {
        /// The stable code of an error. Its text form is lower snake case and never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = concat!("`", $code, "`: ", $en)] $name,)*)* }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Code] = &[$($(Code::$name,)*)*];

            /// The code as text, the same in every language.
            pub const fn as_str(self) -> &'static str { match self { $($(Code::$name => $code,)*)* } }

            /// The group (exception class) it belongs to.
            pub const fn group(self) -> Group { match self { $($(Code::$name => Group::$group,)*)* } }

            /// Who must act.
            pub const fn who(self) -> Who { match self { $($(Code::$name => Who::$who,)*)* } }

            /// Whether the same call may succeed later without a change.
            pub const fn retryable(self) -> bool { match self { $($(Code::$name => $retry,)*)* } }

            /// The English sentence; `{name}` stands for a detail.
            pub const fn sentence(self) -> &'static str { match self { $($(Code::$name => $en,)*)* } }

            /// The Chinese sentence with the same details.
            pub const fn sentence_zh(self) -> &'static str { match self { $($(Code::$name => $zh,)*)* } }
        }
    };
}

codes! {
    InvalidInput {
        AmountType       = "amount_type",        Caller,   false, "{field} must be a decimal amount, not {given}: pass text such as \"100.00\" or an exact decimal.", "{field} 必须是十进制金额，不能是 {given}：请传入 \"100.00\" 这样的文本或精确小数。";
        AmountFormat     = "amount_format",      Caller,   false, "\"{given}\" is not an amount: write digits and at most one dot, such as \"100.00\".", "“{given}”不是金额：只写数字和至多一个小数点，例如 \"100.00\"。";
        AmountScale      = "amount_scale",       Caller,   false, "{given} has more decimal places than {currency} allows ({exponent}).", "{given} 的小数位数超过了 {currency} 允许的位数（{exponent}）。";
        AmountRange      = "amount_range",       Caller,   false, "The amount {given} is out of range: it must be above zero and below {limit}.", "金额 {given} 超出范围：必须大于零且小于 {limit}。";
        AmountMismatch   = "amount_mismatch",    Caller,   false, "Payment amount {payment_amount} does not match order amount {order_amount}.", "支付金额 {payment_amount} 与订单金额 {order_amount} 不一致。";
        Overflow         = "overflow",           Caller,   false, "The amounts add up to more than can be held.", "金额合计超出可表示的范围。";
        CurrencyUnknown  = "currency",           Caller,   false, "\"{given}\" is not an ISO 4217 currency code: write three capital letters such as CNY or USD.", "“{given}”不是 ISO 4217 货币代码：请写三个大写字母，例如 CNY 或 USD。";
        CurrencyMismatch = "currency_mismatch",  Caller,   false, "The currencies differ: {given} was given, {expected} is expected.", "货币不一致：收到 {given}，应为 {expected}。";
        MethodUnsupported = "method_unsupported", Caller,  false, "Payment method \"{method}\" is not supported here; supported: {supported}.", "不支持支付方式“{method}”；支持：{supported}。";
        GatewayAmount    = "gateway_amount",     Caller,   false, "The gateway {gateway} cannot collect {amount}.", "支付渠道 {gateway} 无法收取 {amount}。";
        GatewayCurrency  = "gateway_currency",   Caller,   false, "The gateway {gateway} does not collect {currency}.", "支付渠道 {gateway} 不支持 {currency}。";
        GatewayCannot    = "gateway_cannot",     Caller,   false, "The gateway {gateway} cannot {operation}.", "支付渠道 {gateway} 不支持此操作（{operation}）。";
        RefundExceeds    = "refund_exceeds",     Caller,   false, "A refund of {given} is more than the {available} that can still be refunded.", "退款 {given} 超过了可退金额 {available}。";
        WithholdExceeds  = "withhold_exceeds",   Caller,   false, "{given} cannot be withheld: the deposit held is {available}.", "无法扣留 {given}：所持押金为 {available}。";
        IdFormat         = "id_format",          Caller,   false, "{field} \"{given}\" is not well formed: {rule}.", "{field}“{given}”格式不正确：{rule}。";
        TextFormat       = "text_format",        Caller,   false, "{field} is not acceptable: {rule}.", "{field} 不可接受：{rule}。";
        ValueUnknown     = "value_unknown",      Caller,   false, "\"{given}\" is not a {field}; known: {known}.", "“{given}”不是有效的 {field}；可用：{known}。";
        ArgumentMissing  = "argument_missing",   Caller,   false, "{field} is required: {rule}.", "缺少 {field}：{rule}。";
        ArgumentRange    = "argument_range",     Caller,   false, "{field} is {given}; it must be {rule}.", "{field} 为 {given}；必须{rule}。";
        ArgumentConflict = "argument_conflict",  Caller,   false, "{fields} do not go together: {rule}.", "{fields} 不能同时使用：{rule}。";
        TooLarge         = "too_large",          Caller,   false, "{field} is too large: at most {limit}.", "{field} 过大：最多 {limit}。";
        BodyType         = "body_type",          Caller,   false, "The raw body is needed as bytes, not {given}: hand over exactly what arrived, before any parser saw it (raw body needed).", "需要原始请求体（字节），而不是 {given}：请在任何解析之前原样传入。";
        Malformed        = "malformed",          Forger,   false, "The message is not well-formed {format}: {why}.", "消息不是格式正确的 {format}：{why}。";
        DuplicateField   = "duplicate_field",    Forger,   false, "The message has {field} twice.", "消息中 {field} 出现了两次。";
        CardNumber       = "pan",                Caller,   false, "{field} contains a card number. Card numbers are never accepted; it was not stored.", "{field} 含有银行卡号。系统从不接收卡号，该内容未被保存。";
        SensitiveField   = "sensitive_field",    Caller,   false, "The metadata key \"{key}\" names card secrets, which are never accepted.", "元数据键“{key}”属于卡片敏感信息，系统从不接收。";
        ManualEvidence   = "manual_evidence",    Caller,   false, "Acting by hand needs an actor and a reason; {missing} is missing.", "人工操作需要操作人和原因；缺少 {missing}。";
        FlowInvalid      = "flow_invalid",       Caller,   false, "The flow \"{flow}\" is not sound: {why}.", "流程“{flow}”不合理：{why}。";
    }
    NotFound {
        OrderNotFound     = "order_not_found",     Caller, false, "Order {order} not found.", "订单 {order} 不存在。";
        PaymentNotFound   = "payment_not_found",   Caller, false, "Payment {payment} not found.", "支付 {payment} 不存在。";
        RefundNotFound    = "refund_not_found",    Caller, false, "Refund {refund} not found.", "退款 {refund} 不存在。";
        ExceptionNotFound = "exception_not_found", Caller, false, "Exception {exception} not found.", "异常 {exception} 不存在。";
        GatewayNotFound   = "gateway_not_found",   Caller, false, "There is no gateway \"{gateway}\"; configured: {configured}.", "没有支付渠道“{gateway}”；已配置：{configured}。";
        WebhookNotFound   = "webhook_not_found",   Caller, false, "There is no webhook \"{webhook}\"; known: {known}.", "没有 webhook“{webhook}”；已知：{known}。";
        MessageNotFound   = "message_not_found",   Caller, false, "No message {message} to webhook \"{webhook}\" waits or was given up.", "没有等待中或已放弃的消息 {message}（webhook“{webhook}”）。";
        FlowNotFound      = "flow_not_found",      Caller, false, "There is no flow \"{flow}\"; known: {known}.", "没有流程“{flow}”；已知：{known}。";
    }
    Conflict {
        OrderNotPayable  = "order_not_payable",    Caller,  false, "Order {order} is {state}; that state takes no payment.", "订单状态为 {state}，不允许支付（{order}）。";
        OrderSettled     = "order_settled",        Caller,  false, "Order {order} is settled: nothing is due.", "订单 {order} 已结清，无需支付。";
        OrderExpired     = "order_expired",        Payer,   false, "Order {order} could be paid until {until}; please order again.", "订单已过期（{until}），请重新创建（{order}）。";
        ActivePayment    = "active_payment_exists", Caller, false, "Order {order} already has the active payment {payment} ({amount} by {method}); finish or cancel it first.", "订单 {order} 已有进行中的支付 {payment}（{method}，{amount}）；请先完成或取消。";
        ReferenceTaken   = "reference_taken",      Caller,  false, "The reference \"{reference}\" is already used by {owner}.", "编号“{reference}”已被 {owner} 使用。";
        RowTaken         = "row_taken",            Caller,  false, "A row \"{row}\" of the table \"{table}\" was given before, with other content: each row needs an id of its own, and each table a name of its own.", "表“{table}”中 id 为“{row}”的行此前已以不同内容给出：每一行须有自己的 id，每张表须有自己的名称。";
        ChargeMissing    = "charge_missing",       Caller,  false, "Order {order} has no charge whose money could have gone back: import the charge with its refund, or before it.", "订单 {order} 没有可退款的收款：请先导入该收款，或与退款一并导入。";
        Idempotency      = "idempotency",          Caller,  false, "The idempotency key was used before with other parameters.", "该幂等键此前已用于不同的参数。";
        InProgress       = "in_progress",          Time,    true,  "The first call with this idempotency key is still running.", "使用该幂等键的首次调用仍在进行中。";
        Transition       = "transition",           Caller,  false, "{subject} is {state}; \"{event}\" is not possible there. Possible: {possible}.", "{subject} 当前为 {state}，不能执行“{event}”。可执行：{possible}。";
        TransitionReserved = "transition_reserved", Caller, false, "\"{event}\" follows from money, nobody may say it.", "“{event}”只能由资金变动触发，不能直接调用。";
        Paid             = "paid",                 Caller,  false, "Payment {payment} has been paid and cannot be cancelled; refund it.", "支付 {payment} 已完成付款，无法取消；请改为退款。";
        NotRefundable    = "payment_not_refundable", Caller, false, "Payment {payment} is {state}; only money that was collected can be refunded.", "支付 {payment} 状态为 {state}；只有已收到的款项才能退款。";
        RefundPending    = "refund_pending",       Time,    true,  "Order {order} has a refund under way.", "订单 {order} 有退款正在处理。";
        BoundElsewhere   = "bound_elsewhere",      Forger,  false, "The gateway's transaction {transaction} already belongs to {owner}.", "渠道交易号 {transaction} 已属于 {owner}。";
        ExceptionResolved = "exception_resolved",  Caller,  false, "Exception {exception} is resolved already ({resolution}).", "异常 {exception} 已处理（{resolution}）。";
        ResolutionImpossible = "resolution_impossible", Caller, false, "Exception {exception} cannot be resolved by \"{resolution}\": {why}.", "异常 {exception} 不能以“{resolution}”处理：{why}。";
        InTransaction    = "in_transaction",       Caller,  false, "{operation} asks the gateway, and a database transaction of yours is open: call it after the commit (Django: transaction.on_commit).", "{operation} 需要访问支付渠道，而您的数据库事务尚未结束：请在提交之后调用（Django：transaction.on_commit）。";
        Version          = "version",              Time,    true,  "{subject} was changed by somebody else at the same time.", "{subject} 同时被其他操作修改。";
    }
    SignatureInvalid {
        AuthMissing      = "auth_missing",         Forger,   false, "The message carries no signature ({field}).", "消息没有签名（{field}）。";
        AuthMalformed    = "auth_malformed",       Forger,   false, "The signature cannot be read: {why}.", "签名无法识别：{why}。";
        AuthMismatch     = "auth_mismatch",        Forger,   false, "The signature does not fit the message. Check the secret, and that the raw body is handed over unchanged (raw body needed).", "签名与消息不符。请检查密钥，并确认原始请求体未被改动。";
        AuthStale        = "auth_stale",           Forger,   false, "The message is {age} seconds from now; at most {tolerance} are accepted. Check both clocks.", "消息时间与当前相差 {age} 秒，最多允许 {tolerance} 秒。请检查双方时钟。";
        AuthNotConfigured = "auth_not_configured", Operator, false, "No secret that is valid now is configured for {gateway}.", "{gateway} 没有配置当前有效的密钥。";
        AuthUnknownKey   = "auth_unknown_key",     Operator, false, "The message names the key \"{key}\", which is not configured or not valid now.", "消息使用的密钥“{key}”未配置或当前无效。";
        AuthAlgorithm    = "auth_algorithm",       Forger,   false, "The message is signed with {given}; only {expected} is accepted.", "消息使用 {given} 签名；仅接受 {expected}。";
        AuthDecrypt      = "auth_decrypt",         Forger,   false, "The encrypted part of the message cannot be opened with the configured key.", "无法使用所配置的密钥解开消息的加密部分。";
        AuthCert         = "auth_cert",            Forger,   false, "The certificate behind the message is not acceptable: {why}.", "消息所用的证书不可接受：{why}。";
        AuthCertUrl      = "auth_cert_url",        Forger,   false, "The message names a certificate address that is not the gateway's own: {why}.", "消息给出的证书地址不属于该渠道：{why}。";
        EventMismatch    = "event_mismatch",       Forger,   false, "The parts of the message contradict each other: {why}.", "消息各部分相互矛盾：{why}。";
        Canonical        = "canonical",            Forger,   false, "The message cannot be signed unambiguously: {why}.", "消息无法无歧义地签名：{why}。";
        Replay           = "replay",               Forger,   false, "The nonce {nonce} was used before for another message.", "随机数 {nonce} 已被另一条消息使用。";
        WrongAccount     = "wrong_account",        Forger,   false, "The message belongs to the account {given}, not {expected}.", "消息属于账户 {given}，而不是 {expected}。";
        WrongMode        = "wrong_mode",           Operator, false, "The message is of mode {given}; this engine runs in mode {expected}.", "消息模式为 {given}，当前运行模式为 {expected}。";
    }
    Declined {
        PaymentDeclined  = "declined",             Payer,    false, "The payment was declined: {reason}.", "支付被拒绝：{reason}。";
    }
    GatewayError {
        GatewayRejected  = "gateway_rejected",     Operator, false, "The gateway {gateway} refused the request: {reason}.", "支付渠道 {gateway} 拒绝了请求：{reason}。";
        BadResponse      = "bad_response",         Gateway,  true,  "The gateway {gateway} answered with something unusable: {why}.", "支付渠道 {gateway} 返回了无法使用的内容：{why}。";
    }
    RateLimited {
        RateLimit        = "rate_limited",         Time,     true,  "The gateway {gateway} is busy; try again later.", "系统繁忙，请稍后再试（{gateway}）。";
    }
    GatewayUnavailable {
        GatewayDown      = "gateway_unavailable",  Time,     true,  "The gateway {gateway} cannot be reached; nothing happened there.", "网络连接问题，请稍后再试（{gateway} 无法连接，未发生任何操作）。";
        OutcomeUnknown   = "outcome_unknown",      Time,     true,  "The gateway {gateway} did not answer; whether it acted is unknown and will be asked.", "支付渠道 {gateway} 没有应答；结果未知，系统将自动查询。";
    }
    CredentialsRejected {
        Credentials      = "credentials_rejected", Operator, false, "The gateway {gateway} does not accept the configured credentials.", "支付服务暂时不可用（{gateway} 不接受所配置的凭证）。";
    }
    StorageError {
        StorageBusy      = "storage_busy",         Time,     true,  "The database stayed locked by another process.", "数据库持续被其他进程锁定。";
        StorageFull      = "storage_full",         Operator, true,  "There is no room left for the database; nothing was changed.", "数据库空间不足；未做任何更改。";
        StorageCorrupt   = "storage_corrupt",      Operator, false, "The database is damaged ({why}); reading is possible, writing is refused. Restore a backup.", "数据库已损坏（{why}）；只能读取，拒绝写入。请恢复备份。";
        StorageUnknown   = "storage_unknown",      Time,     true,  "The database failed while committing; the change may or may not be durable. Read again before acting.", "数据库在提交时出错；更改可能已生效也可能未生效，请先重新读取。";
        StorageFailed    = "storage_failed",       Operator, true,  "The database failed: {why}.", "数据库出错：{why}。";
        HostFailed       = "host_failed",          Caller,   false, "What your own code had pending in this transaction could not be done: {why}.", "您的程序在此事务中尚未写入的内容无法完成：{why}。";
        StoreClosed      = "store_closed",         Caller,   false, "This engine has been closed; open a new one.", "引擎已关闭；请重新打开。";
        AfterFork        = "after_fork",           Caller,   false, "The database was opened before a fork; open it again in the child process.", "数据库在 fork 之前打开；请在子进程中重新打开。";
    }
    ConfigError {
        ConfigMissing    = "config_missing",       Operator, false, "{setting} is not configured: {rule}.", "未配置 {setting}：{rule}。";
        ConfigInvalid    = "config_invalid",       Operator, false, "{setting} is wrong: {why}.", "{setting} 配置有误：{why}。";
        MockInLive       = "mock_in_live",         Operator, false, "The mock gateway is refused in mode live and beside live credentials.", "在 live 模式下或存在正式凭证时，禁止使用模拟渠道。";
        SecretEmpty      = "secret_empty",         Operator, false, "The secret for {setting} is empty.", "{setting} 的密钥为空。";
        KeyType          = "key_type",             Operator, false, "{setting} is {given}; {expected} is needed.", "{setting} 是 {given}；需要 {expected}。";
        KeyWeak          = "key_weak",             Operator, false, "{setting} is too short to be safe: {rule}.", "{setting} 过短，不安全：{rule}。";
        SchemaNewer      = "schema_newer",         Operator, false, "The database has schema {found}; this version knows {known}. Upgrade Paywright.", "数据库结构版本为 {found}，当前程序只支持 {known}。请升级。";
        SchemaMissing    = "schema_missing",       Operator, false, "The database has schema {found}; this version needs {known}: {remedy}.", "数据库结构版本为 {found}，当前程序需要 {known}：{remedy}。";
        NotOurs          = "not_ours",             Operator, false, "{path} is not a Paywright database; it was left untouched.", "{path} 不是 Paywright 数据库，未做任何改动。";
        NetworkFs        = "network_fs",           Operator, false, "{path} is on a network file system, where locks cannot be trusted; move it to a local disk.", "{path} 位于网络文件系统，锁不可靠；请移到本地磁盘。";
        FilePermissions  = "file_permissions",     Operator, false, "{path} can be read by other users ({mode}); run chmod 600 on it.", "{path} 可被其他用户读取（{mode}）；请执行 chmod 600。";
    }
    InternalError {
        Internal         = "internal",             Us,       false, "Something went wrong inside Paywright ({what}); nothing was changed.", "系统错误，请联系客服（{what}）；未做任何更改。";
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal or a failure: a code, and the details that its sentence names.
///
/// Details never hold a secret or a whole payload, so an error may be logged as it is.
#[derive(Clone, thiserror::Error)]
#[error("{}", self.message())]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: Code,
    details: Vec<(&'static str, String)>,
    reply: Option<Reply>,
}

/// A detail is cut to this many characters: enough to recognise what was given, too little to flood a log.
const DETAIL_MAX: usize = 200;

impl Error {
    /// An error of this code, without details.
    pub fn new(code: Code) -> Self {
        Error(Box::new(Inner { code, details: Vec::new(), reply: None }))
    }

    /// Adds the detail `name`, which the sentences of the code may show.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        let mut text = value.to_string();
        if let Some((cut, _)) = text.char_indices().nth(DETAIL_MAX) {
            text.truncate(cut);
            text.push('…');
        }
        self.0.details.push((name, text));
        self
    }

    /// What cannot happen, happened.
    pub fn bug(what: impl fmt::Display) -> Self {
        Error::new(Code::Internal).with("what", what)
    }

    /// The same error, carrying the exact answer for the gateway whose callback was refused.
    #[must_use]
    pub fn with_reply(mut self, reply: Reply) -> Self {
        self.0.reply = Some(reply);
        self
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The details in the order they were added.
    pub fn details(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.details.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// One detail, if the error has it.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// For a refused callback: what to answer to the remote side. It is the same for every cause.
    pub fn reply(&self) -> Option<&Reply> {
        self.0.reply.as_ref()
    }

    /// The English sentence with the details filled in.
    pub fn message(&self) -> String {
        self.fill(self.code().sentence())
    }

    /// The Chinese sentence with the details filled in.
    pub fn message_zh(&self) -> String {
        self.fill(self.code().sentence_zh())
    }

    fn fill(&self, sentence: &str) -> String {
        let mut out = String::with_capacity(sentence.len() + 32);
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(self.detail(name).unwrap_or("?"));
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.message())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(sentence: &str) -> Vec<&str> {
        let mut names: Vec<_> =
            sentence.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        names.sort_unstable();
        names
    }

    /// Protects: a code is spelt once, in lower snake case, and both sentences name the same details.
    #[test]
    fn the_table_is_consistent() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} stands twice");
            assert!(code.as_str().chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{code}");
            assert_eq!(placeholders(code.sentence()), placeholders(code.sentence_zh()), "{code}");
        }
    }

    /// Protects: a detail longer than a line cannot flood a log through an error.
    #[test]
    fn a_long_detail_is_cut() {
        let error = Error::new(Code::AmountFormat).with("given", "9".repeat(100_000));
        assert!(error.message().chars().count() < 400);
    }
}
