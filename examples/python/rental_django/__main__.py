"""The car rental on this machine: `python -m rental_django`, then http://127.0.0.1:8000.

At the counter and in the back office, be `counter` with the password `throwaway`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Makes the tables, fills an empty database, and serves until interrupted."""
    sys.path.insert(0, str(Path(__file__).parent))
    port = sys.argv[1] if len(sys.argv) > 1 else "8000"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rental.settings")
    os.environ.setdefault("RENTAL_ADDRESS", f"http://127.0.0.1:{port}")
    os.environ.setdefault("COUNTER_PASSWORD", "throwaway")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("seed_cars")
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)


if __name__ == "__main__":
    main()
