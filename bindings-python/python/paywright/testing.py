"""For tests: a clock that stands still until it is told to move, and what every gateway of a host must pass."""

from ._conformance import Callback as Callback
from ._conformance import GatewayFailed as GatewayFailed
from ._conformance import check_gateway as check_gateway
from ._native import ManualClock as ManualClock

__all__ = ["Callback", "GatewayFailed", "ManualClock", "check_gateway"]
