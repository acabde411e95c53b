"""The tea shop on this machine: `python -m shop_drf`, then http://127.0.0.1:8000."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Makes the tables, fills an empty database, and serves until interrupted."""
    sys.path.insert(0, str(Path(__file__).parent))
    port = sys.argv[1] if len(sys.argv) > 1 else "8000"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tea.settings")
    os.environ.setdefault("TEA_ADDRESS", f"http://127.0.0.1:{port}")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("seed_teas")
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)


if __name__ == "__main__":
    main()
