# Rendered from the surface table; to change it, change the table and run `render`.
"""What payers see, made without an engine: QR codes and amounts.

A refusal is a `paywright.PaywrightError` whose `code` names the cause.
"""

from ._native import (
    qr_svg,
    qr_modules,
    format_amount,
)

__all__ = [
    "format_amount",
    "qr_modules",
    "qr_svg",
]
