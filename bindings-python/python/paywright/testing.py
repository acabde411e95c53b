"""For tests: a clock that stands still until it is told to move."""

from ._native import ManualClock as ManualClock

__all__ = ["ManualClock"]
