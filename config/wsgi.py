"""Django's pages and API, with the static files before them, for granian and the bridge."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_wsgi_application()

from config.static import served  # noqa: E402  (settings first)

application = served(django)
