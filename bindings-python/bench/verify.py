"""What proving a callback and reading it into an object costs a Python host, beside what the same costs with the
libraries that providers publish or most people use, and written by hand. Build with `--release` first.

All take turns within one run, in rounds so many and so short that most of them pass undisturbed by whoever else uses the
machine. The libraries are in `requirements-peers.txt`; one that is missing is said and left out.
"""

from __future__ import annotations

import hmac
import importlib
import json
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import paywright
from paywright import Paywright, signatures
from paywright.testing import ManualClock

ROUNDS = 501
# About how long a round lasts: much shorter than a turn of another user of the machine.
ROUND_S = 0.0005
# The notices in the vectors were signed then.
SIGNED_AT = datetime.fromtimestamp(1_795_000_000, timezone.utc)
TESTS = Path(__file__).parents[2] / "tests"
SECRET = "whsec_throwaway0123456789abcdefghij"

Work = Callable[[], object]


def peer(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed, so left out")
        return None


def calls_in_a_round(work: Work) -> int:
    """How often the work is done in one round; finding out warms everything up."""
    return int(ROUND_S / min(seconds(work, 1) for _ in range(200))) + 1


def seconds(work: Work, calls: int) -> float:
    """What one call took in a round."""
    turns = range(calls)
    begin = time.perf_counter()
    for _ in turns:
        work()
    return (time.perf_counter() - begin) / calls


def compare(title: str, ours: dict[str, Work], others: dict[str, Work]) -> None:
    """Prints how long each takes, and how many times as long as ours the others take: medians of the rounds."""
    everybody = {**ours, **others}
    calls = {name: calls_in_a_round(work) for name, work in everybody.items()}
    rounds: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        rounds.append({name: seconds(work, calls[name]) for name, work in everybody.items()})
    print(f"\n{title}\n")
    print(f"| {'who':<34} | {'per second':>10} | {'µs':>8} |" + "".join(f" {name:>27} |" for name in ours))
    print(f"|{'-' * 36}|{'-' * 12}|{'-' * 10}|" + f"{'-' * 29}|" * len(ours))
    for name in everybody:
        took = statistics.median(one[name] for one in rounds)
        times = [statistics.median(one[name] / one[our] for one in rounds) for our in ours]
        beside = "".join(f" {f'{value:.2f} ×':>27} |" for value in times)
        print(f"| {name:<34} | {1 / took:>10,.0f} | {took * 1e6:>8.2f} |{beside}")


def stripe_event() -> None:
    body = (TESTS / "benches/verify/event.json").read_bytes().rstrip()
    # The library looks at the machine's clock, so everybody does.
    now = int(time.time())
    header = signatures.stripe_sign(body, SECRET, now)
    headers = {"Stripe-Signature": header}
    account = paywright.Stripe(secret_key="sk_test_throwaway0000000000000000", webhook_secrets=[SECRET])
    others: dict[str, Work] = {}
    if library := peer("stripe"):
        others["stripe construct_event"] = lambda: library.Webhook.construct_event(body, header, SECRET)
    if orjson := peer("orjson"):
        key = SECRET.encode()

        def by_hand() -> object:
            parts = dict(item.split("=", 1) for item in header.split(","))
            expected = hmac.digest(key, parts["t"].encode() + b"." + body, "sha256").hex()
            if not hmac.compare_digest(expected, parts["v1"]) or time.time() - int(parts["t"]) > 300:
                raise ValueError("forged or old")
            return orjson.loads(body)

        others["by hand, hmac.digest + orjson"] = by_hand
    with Paywright.open("sqlite::memory:", gateways=[account], mode="test") as pay:
        ours: dict[str, Work] = {
            "pay.verify_callback": lambda: pay.verify_callback("stripe", headers=headers, body=body),
            "signatures.stripe_verify": lambda: signatures.stripe_verify(body, header, [SECRET], now),
        }
        compare(f"a Stripe event of {len(body)} bytes", ours, others)


def wechatpay_notice() -> None:
    vectors = json.loads((TESTS / "vectors/wechatpay.json").read_text())
    config, keys, notice = vectors["config"], vectors["keys"], vectors["notify_event"][0]
    headers, body = notice["headers"], notice["body"].encode()
    shared = {"mchid": config["mchid"], "appid": config["appid"], "private_key": keys["merchant"]["private_pkcs8_pem"],
              "public_key": keys["public_key_mode"]["public_spki_pem"], "public_key_id": config["public_key_id"]}
    account = paywright.WechatPay(merchant_serial=config["merchant_serial"], api_v3_keys=[config["apiv3_key"]],
                                  callback_url="https://shop.example/wechat", **shared)
    others: dict[str, Work] = {}
    if library := peer("wechatpayv3"):
        theirs = library.WeChatPay(wechatpay_type=library.WeChatPayType.NATIVE, apiv3_key=config["apiv3_key"],
                                   cert_serial_no=config["merchant_serial"], **shared)
        assert theirs.callback(headers, body)["resource"]["trade_state"] == "SUCCESS"
        others["wechatpayv3 callback"] = lambda: theirs.callback(headers, body)
    with Paywright.open("sqlite::memory:", gateways=[account], mode="live", clock=ManualClock(SIGNED_AT)) as pay:
        ours: dict[str, Work] = {
            "pay.verify_callback": lambda: pay.verify_callback("wechatpay", headers=headers, body=body),
        }
        compare(f"a WeChat Pay notice of {len(body)} bytes", ours, others)


def alipay_notice() -> None:
    vectors = json.loads((TESTS / "vectors/alipay.json").read_text())
    config, keys, body = vectors["config"], vectors["keys"], vectors["notify_event"][0]["body"].encode()
    app_key, public_key = keys["app"]["private_pkcs8_pem"], keys["platform"]["public_spki_pem"]
    account = paywright.Alipay(app_id=config["app_id"], seller_id=config["seller_id"], private_key=app_key,
                               callback_url="https://shop.example/alipay", alipay_public_keys=[public_key])
    others: dict[str, Work] = {}
    if library := peer("alipay"):
        theirs = library.AliPay(appid=config["app_id"], app_private_key_string=app_key,
                                alipay_public_key_string=public_key, sign_type="RSA2")

        def verify() -> dict[str, str]:
            data = dict(parse_qsl(body.decode(), keep_blank_values=True))
            if not theirs.verify(data, data.pop("sign")):
                raise ValueError("forged")
            return data

        others["python-alipay-sdk verify"] = verify
        verify()
    with Paywright.open("sqlite::memory:", gateways=[account], mode="live") as pay:
        ours: dict[str, Work] = {"pay.verify_callback": lambda: pay.verify_callback("alipay", headers={}, body=body)}
        compare(f"an Alipay notice of {len(body)} bytes", ours, others)


def main() -> None:
    print(f"callbacks proved and read, one thread: medians of {ROUNDS} rounds in turn; × is how much longer it takes")
    for part in (stripe_event, wechatpay_notice, alipay_notice):
        part()


if __name__ == "__main__":
    main()
