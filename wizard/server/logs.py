"""What may not be written into logs."""

import logging
import re

_QUERY = re.compile(r"\?[^\s\"']*")
# Mistyped links too: most of a secret is still in them.
_RESULT = re.compile(r"(?<=/r/)[^\s\"']+")


class WithoutQuery(logging.Filter):
    """Cuts secrets of visitors out of log records.

    A query string holds their answers, and whoever knows the address of a shared result
    may read it, or even delete it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        told = _QUERY.sub("", record.getMessage())
        record.msg, record.args = _RESULT.sub("…/", told), None
        return True
