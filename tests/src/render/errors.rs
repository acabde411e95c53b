//! `docs/errors.md` and `docs/zh/errors.md`: every error code with its sentence and who must act, from the table of
//! errors. It words no error itself.

use paywright::error::{Code, Group, Who};

use super::wrap;

const LINE: usize = 120;

/// What a catalogue says in its language around the table.
struct Words {
    head: &'static str,
    columns: [&'static str; 4],
    yes: &'static str,
    no: &'static str,
    meaning: fn(Group) -> &'static str,
    who: fn(Who) -> &'static str,
    sentence: fn(Code) -> &'static str,
}

/// The catalogue in English.
pub(super) fn english() -> String {
    catalogue(&Words {
        head: ENGLISH,
        columns: ["code", "who must act", "try again", "sentence"],
        yes: "yes",
        no: "no",
        meaning: meaning_in_english,
        who: who_in_english,
        sentence: Code::sentence,
    })
}

/// The catalogue in Chinese.
pub(super) fn chinese() -> String {
    catalogue(&Words {
        head: CHINESE,
        columns: ["错误码", "由谁处理", "可否重试", "提示"],
        yes: "可以",
        no: "否",
        meaning: meaning_in_chinese,
        who: who_in_chinese,
        sentence: Code::sentence_zh,
    })
}

const ENGLISH: &str = "\
# Errors

In Chinese: [zh/errors.md](zh/errors.md). Rendered from the table of the core by `make render`; a test compares it.

Everything that is refused or fails raises a `PaywrightError`. Its class says how to handle it, its `code` says exactly what is
wrong. A code never changes its spelling, so branch on it and never on the sentence. `message` is the English sentence and
`message_zh` the Chinese one, with the details filled in where `{…}` stands here; `details` has them by name. `retryable` says
whether the same call may succeed later without a change, `http_status` what a web application answers with. Nothing in an
error is secret, so it may be logged as it is.
";

const CHINESE: &str = "\
# 错误

英文版：[../errors.md](../errors.md)。本页由核心的错误表生成（`make render`），并有测试核对。

被拒绝或失败的调用都会抛出 `PaywrightError`。异常类说明应如何处理，`code` 说明究竟哪里不对。错误码的拼写永不改变：请按错误码分支，不要按提示文字分支。`message` 是英文提示，`message_zh` 是中文提示，下文中的 `{…}` 会替换成具体内容，`details` 按名称给出这些内容。`retryable` 表示原样重试以后是否可能成功，`http_status` 是网站应返回的状态码。错误中不含任何机密，可以直接写入日志。
";

fn catalogue(words: &Words) -> String {
    let mut out = String::from(words.head);
    for group in Group::ALL {
        let (name, word, status) = (class(*group), group.as_str(), group.http_status());
        out.push_str(&format!("\n## {name} (`{word}`, HTTP {status})\n\n"));
        out.push_str(&wrap((words.meaning)(*group), LINE).join("\n"));
        out.push_str(&format!(
            "\n\n| {} |\n| --- | --- | --- | --- |\n",
            words.columns.join(" | ")
        ));
        for code in Code::ALL.iter().filter(|code| code.group() == *group) {
            let retry = if code.retryable() { words.yes } else { words.no };
            let sentence = (words.sentence)(*code).replace('|', "\\|");
            let who = (words.who)(code.who());
            out.push_str(&format!("| `{}` | {who} | {retry} | {sentence} |\n", code.as_str()));
        }
    }
    out
}

/// The name of the class in languages that have classes of errors.
fn class(group: Group) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| {
            first.to_ascii_uppercase().to_string() + letters.as_str()
        })
    };
    group.as_str().split('_').map(capital).collect()
}

fn meaning_in_english(group: Group) -> &'static str {
    match group {
        Group::InvalidInput => {
            "What was asked for is wrong in itself; asking again the same way cannot help."
        }
        Group::NotFound => "The thing named does not exist.",
        Group::Conflict => {
            "Right in itself, but not in the present state of things: read it again, then decide."
        }
        Group::SignatureInvalid => {
            "A message could not be proved genuine. Nothing was changed; answer the sender with `error.reply`."
        }
        Group::Declined => {
            "The payer's bank or wallet said no. The payer may read the sentence and pay in another way."
        }
        Group::GatewayError => "The gateway answered with something that cannot be acted on.",
        Group::RateLimited => "The gateway asks to slow down. Nothing happened there.",
        Group::GatewayUnavailable => {
            "The gateway did not answer. `outcome_unknown` means that it may have acted: the payment stays `processing`, and \
             `run_due` asks until it knows. Do not charge again."
        }
        Group::CredentialsRejected => {
            "The gateway does not accept the configured keys: wake an operator."
        }
        Group::StorageError => "The database could not do its part.",
        Group::ConfigError => "The configuration is wrong; nothing was opened.",
        Group::InternalError => "A defect of Paywright itself; please report it.",
    }
}

fn meaning_in_chinese(group: Group) -> &'static str {
    match group {
        Group::InvalidInput => "请求本身有误；原样重试没有用。",
        Group::NotFound => "所指的对象不存在。",
        Group::Conflict => "请求本身没有错，但与当前状态冲突：请重新读取后再决定。",
        Group::SignatureInvalid => {
            "无法证明消息是真的。未做任何更改；请用 `error.reply` 答复发送方。"
        }
        Group::Declined => {
            "付款人的银行或钱包拒绝了付款。提示可以给付款人看，付款人可以换一种方式支付。"
        }
        Group::GatewayError => "支付渠道的应答无法使用。",
        Group::RateLimited => "支付渠道要求放慢速度；那边没有发生任何操作。",
        Group::GatewayUnavailable => {
            "支付渠道没有应答。`outcome_unknown` 表示对方可能已经执行：支付保持 `processing`，`run_due` 会一直查询到有结果为止。请勿再次收款。"
        }
        Group::CredentialsRejected => "支付渠道不接受所配置的密钥：请通知运维。",
        Group::StorageError => "数据库未能完成它的工作。",
        Group::ConfigError => "配置有误；没有打开任何东西。",
        Group::InternalError => "Paywright 自身的缺陷；请报告给我们。",
    }
}

fn who_in_english(who: Who) -> &'static str {
    match who {
        Who::Caller => "the caller",
        Who::Payer => "the payer",
        Who::Operator => "the operator",
        Who::Gateway => "the gateway",
        Who::Time => "nobody",
        Who::Forger => "a forger, or a wrong key",
        Who::Us => "Paywright",
    }
}

fn who_in_chinese(who: Who) -> &'static str {
    match who {
        Who::Caller => "调用方",
        Who::Payer => "付款人",
        Who::Operator => "运维",
        Who::Gateway => "支付渠道",
        Who::Time => "无需处理",
        Who::Forger => "伪造者，或密钥有误",
        Who::Us => "Paywright",
    }
}
