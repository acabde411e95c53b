"""The membership on this machine: `python -m membership_fastapi`, then http://127.0.0.1:8000."""

from __future__ import annotations

import argparse

import uvicorn

from .app import create_app, opened
from .database import Database


def main() -> None:
    options = argparse.ArgumentParser(prog="membership_fastapi", description=__doc__)
    options.add_argument("--port", type=int, default=8000, help="where to serve (8000)")
    options.add_argument("--database", default="membership.db", help="the database file (membership.db)")
    chosen = options.parse_args()
    address = f"http://127.0.0.1:{chosen.port}"
    database = Database(chosen.database)
    app = create_app(opened(database, address), database, address)
    uvicorn.run(app, host="127.0.0.1", port=chosen.port, log_level="warning")


if __name__ == "__main__":
    main()
