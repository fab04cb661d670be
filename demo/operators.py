"""The demo's operator, whose password is kept in a file under var/, as the keys of the demo's callers are."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User

from operators.administration import create_operator

USERNAME = "demo"


@dataclass(frozen=True)
class OperatorsServer:
    """Where it is, and who may log in."""

    url: str
    username: str
    password: str


def demo_operator(file: Path, url: str) -> OperatorsServer:
    """The operator, made on first use, and given a new password when the one that is kept is not right."""
    password: str = json.loads(file.read_text())["password"] if file.exists() else ""
    user = User.objects.filter(username=USERNAME).first()
    if user is None or not user.check_password(password):
        password = create_operator(username=USERNAME)
    file.touch(mode=0o600)
    file.write_text(json.dumps({"username": USERNAME, "password": password}, indent=2))
    return OperatorsServer(url, USERNAME, password)
