"""For tests: a clock that stands still until it is told to move, the other end of the mock gateway, and what every gateway
of a host must pass. It knows no test framework; the fixtures for pytest are in `paywright._pytest`.
"""

from .._conformance import Callback as Callback
from .._conformance import GatewayFailed as GatewayFailed
from .._conformance import check_gateway as check_gateway
from .._native import ManualClock as ManualClock
from ._mock_gateway import MockGateway as MockGateway
from ._mock_gateway import Visit as Visit

__all__ = ["Callback", "GatewayFailed", "ManualClock", "MockGateway", "Visit", "check_gateway"]
