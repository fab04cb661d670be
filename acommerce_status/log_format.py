"""LOG_FORMAT=json: each line is a JSON object, whichever process writes it; granian's own lines are, too."""

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JSONLines(logging.Formatter):
    """`time`, `level`, `logger`, `message`, what the message has by names, and an `exception` as text."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **(record.args if isinstance(record.args, dict) else {}),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields)
