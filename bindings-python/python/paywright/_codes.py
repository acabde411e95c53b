# Rendered from the surface table; to change it, change the table and run `render`.
"""Every code of the table of errors with what an answer over HTTP needs of it.

Only for the adapters of web frameworks: what the engine raises brings all of it along.
"""

from __future__ import annotations

from typing import NamedTuple

from .errors import _BY_GROUP, PaywrightError


class Code(NamedTuple):
    """A row of the table. In the sentences `{name}` stands for a detail."""

    group: str
    http_status: int
    who: str
    retryable: bool
    message: str
    message_zh: str


class _Details(dict[str, str]):
    """A detail that is not known stands for itself."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def refusal(code: str, **details: str) -> PaywrightError:
    """The error of a code, worded as the engine words it."""
    row, known = CODES[code], _Details(details)
    return _BY_GROUP[row.group](
        row.message.format_map(known),
        code=code,
        message_zh=row.message_zh.format_map(known),
        retryable=row.retryable,
        http_status=row.http_status,
        details=details,
    )


CODES: dict[str, Code] = {
    "amount_type": Code(
        "invalid_input", 400, "caller", False,
        "{field} must be a decimal amount, not {given}: pass text such as \"100.00\" or an exact decimal.",
        "{field} 必须是十进制金额，不能是 {given}：请传入 \"100.00\" 这样的文本或精确小数。",
    ),
    "amount_format": Code(
        "invalid_input", 400, "caller", False,
        "\"{given}\" is not an amount: write digits and at most one dot, such as \"100.00\".",
        "“{given}”不是金额：只写数字和至多一个小数点，例如 \"100.00\"。",
    ),
    "amount_scale": Code(
        "invalid_input", 400, "caller", False,
        "{given} has more decimal places than {currency} allows ({exponent}).",
        "{given} 的小数位数超过了 {currency} 允许的位数（{exponent}）。",
    ),
    "amount_range": Code(
        "invalid_input", 400, "caller", False,
        "The amount {given} is out of range: it must be above zero and below {limit}.",
        "金额 {given} 超出范围：必须大于零且小于 {limit}。",
    ),
    "amount_mismatch": Code(
        "invalid_input", 400, "caller", False,
        "Payment amount {payment_amount} does not match order amount {order_amount}.",
        "支付金额 {payment_amount} 与订单金额 {order_amount} 不一致。",
    ),
    "overflow": Code(
        "invalid_input", 400, "caller", False,
        "The amounts add up to more than can be held.",
        "金额合计超出可表示的范围。",
    ),
    "currency": Code(
        "invalid_input", 400, "caller", False,
        "\"{given}\" is not an ISO 4217 currency code: write three capital letters such as CNY or USD.",
        "“{given}”不是 ISO 4217 货币代码：请写三个大写字母，例如 CNY 或 USD。",
    ),
    "currency_mismatch": Code(
        "invalid_input", 400, "caller", False,
        "The currencies differ: {given} was given, {expected} is expected.",
        "货币不一致：收到 {given}，应为 {expected}。",
    ),
    "method_unsupported": Code(
        "invalid_input", 400, "caller", False,
        "Payment method \"{method}\" is not supported here; supported: {supported}.",
        "不支持支付方式“{method}”；支持：{supported}。",
    ),
    "gateway_amount": Code(
        "invalid_input", 400, "caller", False,
        "The gateway {gateway} cannot collect {amount}.",
        "支付渠道 {gateway} 无法收取 {amount}。",
    ),
    "gateway_currency": Code(
        "invalid_input", 400, "caller", False,
        "The gateway {gateway} does not collect {currency}.",
        "支付渠道 {gateway} 不支持 {currency}。",
    ),
    "gateway_cannot": Code(
        "invalid_input", 400, "caller", False,
        "The gateway {gateway} cannot {operation}.",
        "支付渠道 {gateway} 不支持此操作（{operation}）。",
    ),
    "refund_exceeds": Code(
        "invalid_input", 400, "caller", False,
        "A refund of {given} is more than the {available} that can still be refunded.",
        "退款 {given} 超过了可退金额 {available}。",
    ),
    "withhold_exceeds": Code(
        "invalid_input", 400, "caller", False,
        "{given} cannot be withheld: the deposit held is {available}.",
        "无法扣留 {given}：所持押金为 {available}。",
    ),
    "id_format": Code(
        "invalid_input", 400, "caller", False,
        "{field} \"{given}\" is not well formed: {rule}.",
        "{field}“{given}”格式不正确：{rule}。",
    ),
    "text_format": Code(
        "invalid_input", 400, "caller", False,
        "{field} is not acceptable: {rule}.",
        "{field} 不可接受：{rule}。",
    ),
    "value_unknown": Code(
        "invalid_input", 400, "caller", False,
        "\"{given}\" is not a {field}; known: {known}.",
        "“{given}”不是有效的 {field}；可用：{known}。",
    ),
    "argument_missing": Code(
        "invalid_input", 400, "caller", False,
        "{field} is required: {rule}.",
        "缺少 {field}：{rule}。",
    ),
    "argument_range": Code(
        "invalid_input", 400, "caller", False,
        "{field} is {given}; it must be {rule}.",
        "{field} 为 {given}；必须{rule}。",
    ),
    "argument_conflict": Code(
        "invalid_input", 400, "caller", False,
        "{fields} do not go together: {rule}.",
        "{fields} 不能同时使用：{rule}。",
    ),
    "too_large": Code(
        "invalid_input", 400, "caller", False,
        "{field} is too large: at most {limit}.",
        "{field} 过大：最多 {limit}。",
    ),
    "body_type": Code(
        "invalid_input", 400, "caller", False,
        "The raw body is needed as bytes, not {given}: hand over exactly what arrived, before any parser saw it (raw body needed).",
        "需要原始请求体（字节），而不是 {given}：请在任何解析之前原样传入。",
    ),
    "malformed": Code(
        "invalid_input", 400, "forger", False,
        "The message is not well-formed {format}: {why}.",
        "消息不是格式正确的 {format}：{why}。",
    ),
    "duplicate_field": Code(
        "invalid_input", 400, "forger", False,
        "The message has {field} twice.",
        "消息中 {field} 出现了两次。",
    ),
    "pan": Code(
        "invalid_input", 400, "caller", False,
        "{field} contains a card number. Card numbers are never accepted; it was not stored.",
        "{field} 含有银行卡号。系统从不接收卡号，该内容未被保存。",
    ),
    "sensitive_field": Code(
        "invalid_input", 400, "caller", False,
        "The metadata key \"{key}\" names card secrets, which are never accepted.",
        "元数据键“{key}”属于卡片敏感信息，系统从不接收。",
    ),
    "manual_evidence": Code(
        "invalid_input", 400, "caller", False,
        "Acting by hand needs an actor and a reason; {missing} is missing.",
        "人工操作需要操作人和原因；缺少 {missing}。",
    ),
    "flow_invalid": Code(
        "invalid_input", 400, "caller", False,
        "The flow \"{flow}\" is not sound: {why}.",
        "流程“{flow}”不合理：{why}。",
    ),
    "order_not_found": Code(
        "not_found", 404, "caller", False,
        "Order {order} not found.",
        "订单 {order} 不存在。",
    ),
    "payment_not_found": Code(
        "not_found", 404, "caller", False,
        "Payment {payment} not found.",
        "支付 {payment} 不存在。",
    ),
    "refund_not_found": Code(
        "not_found", 404, "caller", False,
        "Refund {refund} not found.",
        "退款 {refund} 不存在。",
    ),
    "exception_not_found": Code(
        "not_found", 404, "caller", False,
        "Exception {exception} not found.",
        "异常 {exception} 不存在。",
    ),
    "gateway_not_found": Code(
        "not_found", 404, "caller", False,
        "There is no gateway \"{gateway}\"; configured: {configured}.",
        "没有支付渠道“{gateway}”；已配置：{configured}。",
    ),
    "webhook_not_found": Code(
        "not_found", 404, "caller", False,
        "There is no webhook \"{webhook}\"; known: {known}.",
        "没有 webhook“{webhook}”；已知：{known}。",
    ),
    "message_not_found": Code(
        "not_found", 404, "caller", False,
        "No message {message} to webhook \"{webhook}\" waits or was given up.",
        "没有等待中或已放弃的消息 {message}（webhook“{webhook}”）。",
    ),
    "flow_not_found": Code(
        "not_found", 404, "caller", False,
        "There is no flow \"{flow}\"; known: {known}.",
        "没有流程“{flow}”；已知：{known}。",
    ),
    "order_not_payable": Code(
        "conflict", 409, "caller", False,
        "Order {order} is {state}; that state takes no payment.",
        "订单状态为 {state}，不允许支付（{order}）。",
    ),
    "order_settled": Code(
        "conflict", 409, "caller", False,
        "Order {order} is settled: nothing is due.",
        "订单 {order} 已结清，无需支付。",
    ),
    "order_expired": Code(
        "conflict", 409, "payer", False,
        "Order {order} could be paid until {until}; please order again.",
        "订单已过期（{until}），请重新创建（{order}）。",
    ),
    "active_payment_exists": Code(
        "conflict", 409, "caller", False,
        "Order {order} already has the active payment {payment} ({amount} by {method}); finish or cancel it first.",
        "订单 {order} 已有进行中的支付 {payment}（{method}，{amount}）；请先完成或取消。",
    ),
    "reference_taken": Code(
        "conflict", 409, "caller", False,
        "The reference \"{reference}\" is already used by {owner}.",
        "编号“{reference}”已被 {owner} 使用。",
    ),
    "row_taken": Code(
        "conflict", 409, "caller", False,
        "A row \"{row}\" of the table \"{table}\" was given before, with other content: each row needs an id of its own, and each table a name of its own.",
        "表“{table}”中 id 为“{row}”的行此前已以不同内容给出：每一行须有自己的 id，每张表须有自己的名称。",
    ),
    "charge_missing": Code(
        "conflict", 409, "caller", False,
        "Order {order} has no charge whose money could have gone back: import the charge with its refund, or before it.",
        "订单 {order} 没有可退款的收款：请先导入该收款，或与退款一并导入。",
    ),
    "idempotency": Code(
        "conflict", 409, "caller", False,
        "The idempotency key was used before with other parameters.",
        "该幂等键此前已用于不同的参数。",
    ),
    "in_progress": Code(
        "conflict", 409, "time", True,
        "The first call with this idempotency key is still running.",
        "使用该幂等键的首次调用仍在进行中。",
    ),
    "transition": Code(
        "conflict", 409, "caller", False,
        "{subject} is {state}; \"{event}\" is not possible there. Possible: {possible}.",
        "{subject} 当前为 {state}，不能执行“{event}”。可执行：{possible}。",
    ),
    "transition_reserved": Code(
        "conflict", 409, "caller", False,
        "\"{event}\" follows from money, nobody may say it.",
        "“{event}”只能由资金变动触发，不能直接调用。",
    ),
    "paid": Code(
        "conflict", 409, "caller", False,
        "Payment {payment} has been paid and cannot be cancelled; refund it.",
        "支付 {payment} 已完成付款，无法取消；请改为退款。",
    ),
    "payment_not_refundable": Code(
        "conflict", 409, "caller", False,
        "Payment {payment} is {state}; only money that was collected can be refunded.",
        "支付 {payment} 状态为 {state}；只有已收到的款项才能退款。",
    ),
    "refund_pending": Code(
        "conflict", 409, "time", True,
        "Order {order} has a refund under way.",
        "订单 {order} 有退款正在处理。",
    ),
    "bound_elsewhere": Code(
        "conflict", 409, "forger", False,
        "The gateway's transaction {transaction} already belongs to {owner}.",
        "渠道交易号 {transaction} 已属于 {owner}。",
    ),
    "exception_resolved": Code(
        "conflict", 409, "caller", False,
        "Exception {exception} is resolved already ({resolution}).",
        "异常 {exception} 已处理（{resolution}）。",
    ),
    "resolution_impossible": Code(
        "conflict", 409, "caller", False,
        "Exception {exception} cannot be resolved by \"{resolution}\": {why}.",
        "异常 {exception} 不能以“{resolution}”处理：{why}。",
    ),
    "in_transaction": Code(
        "conflict", 409, "caller", False,
        "{operation} asks the gateway, and a database transaction of yours is open: call it after the commit (Django: transaction.on_commit).",
        "{operation} 需要访问支付渠道，而您的数据库事务尚未结束：请在提交之后调用（Django：transaction.on_commit）。",
    ),
    "version": Code(
        "conflict", 409, "time", True,
        "{subject} was changed by somebody else at the same time.",
        "{subject} 同时被其他操作修改。",
    ),
    "auth_missing": Code(
        "signature_invalid", 403, "forger", False,
        "The message carries no signature ({field}).",
        "消息没有签名（{field}）。",
    ),
    "auth_malformed": Code(
        "signature_invalid", 403, "forger", False,
        "The signature cannot be read: {why}.",
        "签名无法识别：{why}。",
    ),
    "auth_mismatch": Code(
        "signature_invalid", 403, "forger", False,
        "The signature does not fit the message. Check the secret, and that the raw body is handed over unchanged (raw body needed).",
        "签名与消息不符。请检查密钥，并确认原始请求体未被改动。",
    ),
    "auth_stale": Code(
        "signature_invalid", 403, "forger", False,
        "The message is {age} seconds from now; at most {tolerance} are accepted. Check both clocks.",
        "消息时间与当前相差 {age} 秒，最多允许 {tolerance} 秒。请检查双方时钟。",
    ),
    "auth_not_configured": Code(
        "signature_invalid", 403, "operator", False,
        "No secret that is valid now is configured for {gateway}.",
        "{gateway} 没有配置当前有效的密钥。",
    ),
    "auth_unknown_key": Code(
        "signature_invalid", 403, "operator", False,
        "The message names the key \"{key}\", which is not configured or not valid now.",
        "消息使用的密钥“{key}”未配置或当前无效。",
    ),
    "auth_algorithm": Code(
        "signature_invalid", 403, "forger", False,
        "The message is signed with {given}; only {expected} is accepted.",
        "消息使用 {given} 签名；仅接受 {expected}。",
    ),
    "auth_decrypt": Code(
        "signature_invalid", 403, "forger", False,
        "The encrypted part of the message cannot be opened with the configured key.",
        "无法使用所配置的密钥解开消息的加密部分。",
    ),
    "auth_cert": Code(
        "signature_invalid", 403, "forger", False,
        "The certificate behind the message is not acceptable: {why}.",
        "消息所用的证书不可接受：{why}。",
    ),
    "auth_cert_url": Code(
        "signature_invalid", 403, "forger", False,
        "The message names a certificate address that is not the gateway's own: {why}.",
        "消息给出的证书地址不属于该渠道：{why}。",
    ),
    "event_mismatch": Code(
        "signature_invalid", 403, "forger", False,
        "The parts of the message contradict each other: {why}.",
        "消息各部分相互矛盾：{why}。",
    ),
    "canonical": Code(
        "signature_invalid", 403, "forger", False,
        "The message cannot be signed unambiguously: {why}.",
        "消息无法无歧义地签名：{why}。",
    ),
    "replay": Code(
        "signature_invalid", 403, "forger", False,
        "The nonce {nonce} was used before for another message.",
        "随机数 {nonce} 已被另一条消息使用。",
    ),
    "wrong_account": Code(
        "signature_invalid", 403, "forger", False,
        "The message belongs to the account {given}, not {expected}.",
        "消息属于账户 {given}，而不是 {expected}。",
    ),
    "wrong_mode": Code(
        "signature_invalid", 403, "operator", False,
        "The message is of mode {given}; this engine runs in mode {expected}.",
        "消息模式为 {given}，当前运行模式为 {expected}。",
    ),
    "declined": Code(
        "declined", 402, "payer", False,
        "The payment was declined: {reason}.",
        "支付被拒绝：{reason}。",
    ),
    "gateway_rejected": Code(
        "gateway_error", 502, "operator", False,
        "The gateway {gateway} refused the request: {reason}.",
        "支付渠道 {gateway} 拒绝了请求：{reason}。",
    ),
    "bad_response": Code(
        "gateway_error", 502, "gateway", True,
        "The gateway {gateway} answered with something unusable: {why}.",
        "支付渠道 {gateway} 返回了无法使用的内容：{why}。",
    ),
    "rate_limited": Code(
        "rate_limited", 429, "time", True,
        "The gateway {gateway} is busy; try again later.",
        "系统繁忙，请稍后再试（{gateway}）。",
    ),
    "gateway_unavailable": Code(
        "gateway_unavailable", 503, "time", True,
        "The gateway {gateway} cannot be reached; nothing happened there.",
        "网络连接问题，请稍后再试（{gateway} 无法连接，未发生任何操作）。",
    ),
    "outcome_unknown": Code(
        "gateway_unavailable", 503, "time", True,
        "The gateway {gateway} did not answer; whether it acted is unknown and will be asked.",
        "支付渠道 {gateway} 没有应答；结果未知，系统将自动查询。",
    ),
    "credentials_rejected": Code(
        "credentials_rejected", 500, "operator", False,
        "The gateway {gateway} does not accept the configured credentials.",
        "支付服务暂时不可用（{gateway} 不接受所配置的凭证）。",
    ),
    "storage_busy": Code(
        "storage_error", 503, "time", True,
        "The database stayed locked by another process.",
        "数据库持续被其他进程锁定。",
    ),
    "storage_full": Code(
        "storage_error", 503, "operator", True,
        "There is no room left for the database; nothing was changed.",
        "数据库空间不足；未做任何更改。",
    ),
    "storage_corrupt": Code(
        "storage_error", 503, "operator", False,
        "The database is damaged ({why}); reading is possible, writing is refused. Restore a backup.",
        "数据库已损坏（{why}）；只能读取，拒绝写入。请恢复备份。",
    ),
    "storage_unknown": Code(
        "storage_error", 503, "time", True,
        "The database failed while committing; the change may or may not be durable. Read again before acting.",
        "数据库在提交时出错；更改可能已生效也可能未生效，请先重新读取。",
    ),
    "storage_failed": Code(
        "storage_error", 503, "operator", True,
        "The database failed: {why}.",
        "数据库出错：{why}。",
    ),
    "host_failed": Code(
        "storage_error", 503, "caller", False,
        "What your own code had pending in this transaction could not be done: {why}.",
        "您的程序在此事务中尚未写入的内容无法完成：{why}。",
    ),
    "store_closed": Code(
        "storage_error", 503, "caller", False,
        "This engine has been closed; open a new one.",
        "引擎已关闭；请重新打开。",
    ),
    "after_fork": Code(
        "storage_error", 503, "caller", False,
        "The database was opened before a fork; open it again in the child process.",
        "数据库在 fork 之前打开；请在子进程中重新打开。",
    ),
    "config_missing": Code(
        "config_error", 500, "operator", False,
        "{setting} is not configured: {rule}.",
        "未配置 {setting}：{rule}。",
    ),
    "config_invalid": Code(
        "config_error", 500, "operator", False,
        "{setting} is wrong: {why}.",
        "{setting} 配置有误：{why}。",
    ),
    "mock_in_live": Code(
        "config_error", 500, "operator", False,
        "The mock gateway is refused in mode live and beside live credentials.",
        "在 live 模式下或存在正式凭证时，禁止使用模拟渠道。",
    ),
    "secret_empty": Code(
        "config_error", 500, "operator", False,
        "The secret for {setting} is empty.",
        "{setting} 的密钥为空。",
    ),
    "key_type": Code(
        "config_error", 500, "operator", False,
        "{setting} is {given}; {expected} is needed.",
        "{setting} 是 {given}；需要 {expected}。",
    ),
    "key_weak": Code(
        "config_error", 500, "operator", False,
        "{setting} is too short to be safe: {rule}.",
        "{setting} 过短，不安全：{rule}。",
    ),
    "schema_newer": Code(
        "config_error", 500, "operator", False,
        "The database has schema {found}; this version knows {known}. Upgrade Paywright.",
        "数据库结构版本为 {found}，当前程序只支持 {known}。请升级。",
    ),
    "schema_missing": Code(
        "config_error", 500, "operator", False,
        "The database has schema {found}; this version needs {known}: {remedy}.",
        "数据库结构版本为 {found}，当前程序需要 {known}：{remedy}。",
    ),
    "not_ours": Code(
        "config_error", 500, "operator", False,
        "{path} is not a Paywright database; it was left untouched.",
        "{path} 不是 Paywright 数据库，未做任何改动。",
    ),
    "network_fs": Code(
        "config_error", 500, "operator", False,
        "{path} is on a network file system, where locks cannot be trusted; move it to a local disk.",
        "{path} 位于网络文件系统，锁不可靠；请移到本地磁盘。",
    ),
    "file_permissions": Code(
        "config_error", 500, "operator", False,
        "{path} can be read by other users ({mode}); run chmod 600 on it.",
        "{path} 可被其他用户读取（{mode}）；请执行 chmod 600。",
    ),
    "internal": Code(
        "internal_error", 500, "us", False,
        "Something went wrong inside Paywright ({what}); nothing was changed.",
        "系统错误，请联系客服（{what}）；未做任何更改。",
    ),
}
