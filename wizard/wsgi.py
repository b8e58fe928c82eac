"""What a WSGI server loads."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wizard.settings")

try:
    django_application = get_wsgi_application()
except ImproperlyConfigured:
    # The server prints what is wrong; where that was found would only bury it.
    sys.tracebacklimit = 0
    raise

# Views can only be imported once Django is set up.
from wizard.server import outages
from wizard.server.middleware import mark_unreadable

outages.limit_statements()
application = mark_unreadable(django_application)
