"""What may not be written into logs."""

import logging
import re

_QUERY = re.compile(r"\?[^\s\"']*")


class WithoutQuery(logging.Filter):
    """Cuts query strings out of log records: they hold a visitor's answers."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _QUERY.sub("", record.getMessage()), None
        return True
