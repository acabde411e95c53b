//! Tables: Alipay's words and what they mean here. A word that is not in them is told as unknown, never guessed.

use crate::error::Code;

/// The code of an answer that has what was asked for.
pub(super) const SUCCESS: &str = "10000";
/// The code of an answer whose `sub_code` says more.
const BUSINESS: &str = "40004";

/// Where a trade stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TradeStatus {
    /// The payer has come and not paid.
    Waiting,
    /// Paid.
    Success,
    /// Paid, and refunds are over.
    Finished,
    /// Never paid, or paid and refunded in full: other members tell which.
    Closed,
}

impl TradeStatus {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "WAIT_BUYER_PAY" => Some(TradeStatus::Waiting),
            "TRADE_SUCCESS" => Some(TradeStatus::Success),
            "TRADE_FINISHED" => Some(TradeStatus::Finished),
            "TRADE_CLOSED" => Some(TradeStatus::Closed),
            _ => None,
        }
    }
}

/// What an answer without success means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    /// What happened is open, or the word is not known.
    Unknown,
    /// There is no such trade: no failure, since a trade begins with its payer.
    NotFound,
    /// Nothing happened now, and asking tells how things stand.
    Ask,
    /// Nothing happened and nothing will: the account or the request is wrong.
    Account(Code),
    /// Nothing happened and nothing will: this trade does not allow it.
    Trade,
    /// Nothing happened; the same again later may work.
    Later,
}

/// The table of `code`, and of `sub_code` where that decides.
pub(super) fn reaction(code: &str, sub_code: &str) -> Reaction {
    match code {
        BUSINESS => business(sub_code),
        "40005" => Reaction::Later,
        "40002" if is_about_keys(sub_code) => Reaction::Account(Code::Credentials),
        "40001" | "40002" => Reaction::Account(Code::GatewayRejected),
        "20001" | "40003" | "40006" => Reaction::Account(Code::Credentials),
        // 20000 is "service unavailable": it may have acted.
        _ => Reaction::Unknown,
    }
}

fn is_about_keys(sub_code: &str) -> bool {
    ["isv.invalid-signature", "isv.invalid-app-id"].contains(&sub_code)
}

/// `ACQ.` is left out, and so is `AQC.`, which really occurs.
fn business(sub_code: &str) -> Reaction {
    let word = sub_code.to_ascii_uppercase();
    let word = word.strip_prefix("ACQ.").or(word.strip_prefix("AQC.")).unwrap_or(&word);
    let is_in = |list: &[&str]| list.contains(&word);
    let is_of = |families: &[&str]| families.iter().any(|family| word.starts_with(family));
    if word == "TRADE_NOT_EXIST" {
        Reaction::NotFound
    } else if is_in(ASK) {
        Reaction::Ask
    } else if word == "SELLER_BALANCE_NOT_ENOUGH" {
        Reaction::Later
    } else if is_in(FINAL) || is_of(FINAL_FAMILIES) {
        Reaction::Trade
    } else {
        Reaction::Unknown
    }
}

/// Words that only a question explains: somebody paid, closed or asked for it before.
#[rustfmt::skip]
const ASK: &[&str] = &[
    "TRADE_HAS_SUCCESS", "TRADE_HAS_CLOSE", "CONTEXT_INCONSISTENT",
    "TRADE_STATUS_ERROR", "REASON_TRADE_STATUS_INVALID", "REASON_ILLEGAL_STATUS",
    // The same number was used for another sum: never a reason to take a new number.
    "DISCORDANT_REPEAT_REQUEST", "REFUND_CHARGE_ERROR",
];

/// Words after which a person decides.
#[rustfmt::skip]
const FINAL: &[&str] = &[
    "INVALID_PARAMETER", "ILLEGAL_ARGUMENT",
    // Refunds.
    "TRADE_HAS_FINISHED", "REFUND_AMT_NOT_EQUAL_TOTAL", "REFUND_FEE_ERROR", "REASON_TRADE_REFUND_FEE_ERR",
    "TRADE_NOT_ALLOW_REFUND", "NOT_ALLOW_PARTIAL_REFUND", "ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND",
    "REASON_TRADE_BEEN_FREEZEN", "BUYER_NOT_EXIST", "BUYER_ERROR", "BUYER_ENABLE_STATUS_FORBID",
    "USER_NOT_MATCH_ERR", "CUSTOMER_VALIDATE_ERROR", "ALLOC_AMOUNT_VALIDATE_ERROR", "TRADE_SETTLE_ERROR",
    "CURRENCY_NOT_SUPPORT", "ENTERPRISE_PAY_BIZ_ERROR", "REFUND_ACCOUNT_NOT_EXIST",
    "REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST", "REFUNDALLOC_UNAUTH_LIMIT",
    // New trades: limits.
    "TOTAL_FEE_EXCEED", "BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR", "BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR",
    "BEYOND_PAY_RESTRICTION", "NOW_TIME_AFTER_EXPIRE_TIME_ERROR",
    // New trades: the account, its products, its risk.
    "ACCESS_FORBIDDEN", "PARTNER_ERROR", "EXIST_FORBIDDEN_WORD", "BUYER_SELLER_EQUAL",
    "TRADE_BUYER_NOT_MATCH", "PAYER_UNMATCHED", "SELLER_BEEN_BLOCKED", "SELLER_NOT_EXIST",
    "ERROR_BUYER_CERTIFY_LEVEL_LIMIT", "ERROR_SELLER_CERTIFY_LEVEL_LIMIT", "INVALID_STORE_ID",
    "INVALID_RECEIVE_ACCOUNT", "RISK_MERCHANT_IP_NOT_EXIST", "MERCHANT_STATUS_NOT_NORMAL",
    "UNBOUND_APPLICATION", "BIZ_PRODUCT_NOT_ALLOWED", "OPEN_ID_NOT_TINY_APP",
];

/// Beginnings of words of the same kind.
const FINAL_FAMILIES: &[&str] = &[
    "OVERDRAFT_",
    "BEYOND_PER_RECEIPT_",
    "MERCHANT_PERM_RECEIPT_",
    "SECONDARY_MERCHANT_",
    "SUB_MERCHANT_",
];
