"""FastAPI: routes for payments and callbacks, answers with stable codes, an engine with the application's own life.

    pay = AsyncPaywright(Paywright.from_env)
    app = FastAPI(lifespan=lifespan(pay))
    app.include_router(router(pay, authorise=who_asks))

Everything about money is decided by the engine; who may ask for what, by the application's `authorise`.
"""

from .._signed import Signer as Signer
from .._signed import sign_request as sign_request
from ._callers import Caller as Caller
from ._callers import OrderFinder as OrderFinder
from ._callers import Permission as Permission
from ._callers import find_order as find_order
from ._guard import install_error_handlers as install_error_handlers
from ._lifespan import lifespan as lifespan
from ._router import router as router
from ._shapes import Problem as Problem
from ._signing import SignedAuth as SignedAuth
from ._signing import SignedRequest as SignedRequest

__all__ = [
    "Caller",
    "OrderFinder",
    "Permission",
    "Problem",
    "SignedAuth",
    "SignedRequest",
    "Signer",
    "find_order",
    "install_error_handlers",
    "lifespan",
    "router",
    "sign_request",
]
