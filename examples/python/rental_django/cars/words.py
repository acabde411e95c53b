"""The pages' words in English and Chinese. What Paywright says itself comes in both languages from Paywright."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import get_language

LANGUAGES = {"en": "English", "zh": "中文"}
# key: English, Chinese
_TABLE = {
    "brand": ("Harbour Cars", "港湾租车"),
    "tagline": ("Pick a car, pay, drive.", "选车，付款，出发。"),
    "cars": ("Cars", "车辆"),
    "my_bookings": ("My bookings", "我的订单"),
    "counter": ("Counter", "柜台"),
    "admin": ("Back office", "后台"),
    "sign_in": ("Sign in", "登录"),
    "sign_out": ("Sign out", "退出"),
    "your_name": ("Your name", "您的姓名"),
    "sign_in_hint": ("A name is enough for this example.", "本示例只需姓名。"),
    "per_day": ("per day", "每天"),
    "deposit": ("Deposit", "押金"),
    "seats": ("seats", "座"),
    "days": ("Days", "天数"),
    "one_way": ("Return it in another city (+75.00 USD)", "异地还车（+75.00 USD）"),
    "book": ("Book this car", "预订"),
    "rented": ("Rented out at the moment", "已租出"),
    "payment": ("Payment", "付款"),
    "booking": ("Booking", "订单"),
    "what": ("What", "项目"),
    "amount": ("Amount", "金额"),
    "total": ("Total", "合计"),
    "paid": ("Paid", "已付"),
    "refunded": ("Refunded", "已退"),
    "due": ("Due now", "待付"),
    "held": ("Deposit held", "押金在押"),
    "billing": ("Billing details", "账单信息"),
    "card_holder_name": ("Card holder", "持卡人姓名"),
    "billing_address": ("Address", "地址"),
    "billing_city": ("City", "城市"),
    "billing_zip": ("Postcode", "邮编"),
    "billing_country": ("Country", "国家"),
    "pay_here": ("Pay by card here", "在本页用卡支付"),
    "pay_hosted": ("Pay on the provider's page", "前往支付页面"),
    "safe": ("Card numbers go to the payment provider only and never to us.", "卡号只提交给支付机构，我们不会接触。"),
    "failed": ("The last payment did not work", "上次付款未成功"),
    "again": ("Nothing was charged. You can try again.", "未扣款，您可以重试。"),
    "cancelled_payment": ("You left the payment page. The booking waits for you.", "您离开了支付页面，订单为您保留。"),
    "waiting": ("We are waiting for your payment", "正在等待付款结果"),
    "waiting_hint": (
        "The provider has not told us the outcome yet. This page looks again by itself.",
        "支付机构尚未告知结果，本页会自动刷新。",
    ),
    "to_checkout": ("Back to the payment page", "返回支付页面"),
    "change_payment": ("Choose another way to pay", "更换付款方式"),
    "thanks": ("Thank you, the car is yours", "谢谢，车辆已为您保留"),
    "thanks_hint": ("Your booking is confirmed. Bring your licence.", "订单已确认，请携带驾照。"),
    "see_booking": ("See the booking", "查看订单"),
    "pay_now": ("Pay now", "立即付款"),
    "payments": ("Payments", "付款记录"),
    "notifications": ("Notifications", "通知"),
    "nothing": ("Nothing yet.", "暂无。"),
    "hand_over": ("Hand over", "交车"),
    "take_back": ("Take back", "还车"),
    "withhold": ("Keep of the deposit", "扣留押金"),
    "reason": ("Reason", "原因"),
    "customer": ("Customer", "客户"),
    "already_paid": ("This booking is paid already.", "该订单已付款。"),
    "not_payable": ("This booking takes no payments any more.", "该订单不能再付款。"),
    "not_yours": ("That booking is somebody else's.", "该订单不属于您。"),
    "not_paid": ("The booking is not paid, so the car stays here.", "订单未付款，不能交车。"),
    "state_temporary": ("reserved", "临时预订"),
    "state_awaiting_payment": ("waits for payment", "待付款"),
    "state_confirmed": ("confirmed", "已确认"),
    "state_ongoing": ("on the road", "租用中"),
    "state_completed": ("completed", "已完成"),
    "state_cancelled": ("cancelled", "已取消"),
    "state_init": ("started", "已创建"),
    "state_processing": ("in progress", "处理中"),
    "state_authorized": ("held", "已授权"),
    "state_succeeded": ("paid", "已支付"),
    "state_failed": ("failed", "失败"),
    "state_expired": ("expired", "已过期"),
    "PAYMENT_SUCCESS": ("Payment received", "付款成功"),
    "PAYMENT_FAILED": ("Payment failed", "付款失败"),
    "REFUND_SUCCESS": ("Refund paid", "退款成功"),
    "BOOKING_CANCELLED": ("Booking cancelled", "订单已取消"),
}
_CATALOGUES = {
    language: {key: row[place] for key, row in _TABLE.items()} for place, language in enumerate(LANGUAGES)
}


def language_of(request: HttpRequest) -> str:
    """The language that the visitor chose, or English."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def catalogue(language: str) -> dict[str, str]:
    """All words of one language."""
    return _CATALOGUES[language]


def words(request: HttpRequest) -> dict[str, object]:
    """For templates: `t.key` is a word, `language` the visitor's, `other` the one to change to."""
    language = language_of(request)
    other = ("zh-hans", LANGUAGES["zh"]) if language == "en" else ("en", LANGUAGES["en"])
    return {"t": catalogue(language), "language": language, "other": other[0], "other_name": other[1]}
