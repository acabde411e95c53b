"""The membership's application: the pages, and Paywright's own routes under /api/v1/payments."""

from __future__ import annotations

import os
import secrets

import paywright
from fastapi import FastAPI, Request
from paywright.fastapi import router
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import RedirectResponse, Response

from . import site

PREFIX = "/api/v1/payments"
