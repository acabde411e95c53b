"""What gunicorn serves: `gunicorn tea.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tea.settings")
application = get_wsgi_application()
