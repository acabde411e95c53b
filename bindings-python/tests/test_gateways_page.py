"""The page `docs/gateways.md`: every Python block on it runs, and every gateway it shows can be opened."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import paywright

ROOT = Path(__file__).parents[2]
KEYS = ROOT / "tests" / "vectors" / "keys"


def key(name: str) -> str:
    return (KEYS / f"throwaway_{name}.pem").read_text()


def filled(block: str) -> str:
    """A block with throwaway keys where the page says what belongs there."""
    for place, value in {
        "…serial…": "0" * 39 + "1",
        "…wechat private key…": key("wechat_merchant_private_pkcs8"),
        "…alipay private key…": key("alipay_app_private_pkcs8"),
        "…wechat public key…": public("wechatpay", "public_key_mode"),
        "…alipay public key…": public("alipay", "platform"),
    }.items():
        block = block.replace(f'"{place}"', repr(value))
    return block


def public(vectors: str, whose: str) -> str:
    """A provider's public key that stands in a file of vectors."""
    keys = json.loads((ROOT / "tests" / "vectors" / f"{vectors}.json").read_text())["keys"]
    return str(keys[whose]["public_spki_pem"])


def opens(gateway: Any) -> bool:
    """Whether an engine takes it, in the mode that its credentials are for."""
    for mode in ("test", "live"):
        try:
            paywright.Paywright.open("sqlite::memory:", gateways=[gateway], mode=mode).close()
        except paywright.ConfigError as error:
            if "credentials are" not in str(error):
                raise
        else:
            return True
    return False


def test_every_block_runs() -> None:
    # Protects: what a reader copies from the page works.
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "gateways.md").read_text(), re.DOTALL)
    shown: dict[str, Any] = {}
    gateways = []
    for block in blocks:
        shown.pop("gateway", None)
        exec(compile(filled(block), "gateways.md", "exec"), shown)
        if "gateway" in shown:
            gateways.append(type(shown["gateway"]).__name__)
            assert opens(shown["gateway"]), gateways[-1]
    assert gateways == ["Mock", "Bank", "Signed", "Stripe", "WechatPay", "Alipay", "PayPal", "Parcel"]
