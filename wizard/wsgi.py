"""What a WSGI server loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wizard.settings")

django_application = get_wsgi_application()

# Views can only be imported once Django is set up.
from wizard.middleware import mark_unreadable  # noqa: E402

application = mark_unreadable(django_application)
