"""Orders, payments, refunds and a double-entry ledger inside your own application.

`Paywright.open` gives an engine; everything else is what it takes, answers with or raises.
Importing this opens no file and no connection.
"""

from . import display as display
from . import signatures as signatures
from ._native import *
from .errors import *
from .gateways import Gateway as Gateway
from .types import *
