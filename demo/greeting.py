"""What `make run` says at its start."""

import os
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from demo.callers import MISSPELT
from demo.operators import OperatorsServer

GREETING = """
  {url}/        what this is          {url}/docs   try it in a browser

  The demo's callers (username, API key):
{callers}

  Poll it. Copy these lines into another terminal:

    TOKEN=$(curl -s {url}/identity/token \\
      -d '{{"auth": {{"apiKeyCredentials": {{"username": "{username}", "apiKey": "{key}"}}}}}}' \\
      | sed -E 's/.*"token_id": ?"([0-9a-f]{{32}})".*/\\1/')
    FEED={url}/v3/channel/{username}/sales-order-status
    curl -sw '\\n' -H "X-Subject-Token: $TOKEN" "$FEED?pageSize=2"
    curl -sw '\\n' -H "X-Subject-Token: $TOKEN" "$FEED?updatedSince={now}"

  The last line asks for what has changed since now: run it again, something always happens here.

  Be told instead. {username} has a webhook already, and below you see what it is told. The first line here
  shows what was sent to it, the last registers one of your own, for a receiver on this machine (which only
  the demo allows). {url}/docs/webhooks has receivers to copy.

    SUBSCRIPTIONS={url}/channel/{username}/subscriptions
    curl -s -H "X-Subject-Token: $TOKEN" "$SUBSCRIPTIONS/{webhook}/attempts" | head -c 600; echo
    curl -sw '\\n' -H "X-Subject-Token: $TOKEN" "$SUBSCRIPTIONS" \\
      -d '{{"name": "mine", "mechanism": "webhook", "webhook": {{"url": "http://127.0.0.1:8090/"}}}}'

  Or get files. Every minute what has changed lies as CSV in {outbox}, and as a mail, which your
  mail program opens, in {mail}. {url}/docs/files tells what stands in them.

  For those who run it: {operators}/ shows who polls what, and what fails.
  Log in as {operator}, password {password}
  {misspelt} gets no order: find it among the callers, see why, and mend its grant.

  Stop with Ctrl-C.
"""


def greeting(url: str, callers: dict[str, str], webhook: str, operators: OperatorsServer) -> str:
    """What is said at the start. Every line in it can be copied."""
    username, key = next(iter(callers.items()))
    lines = "\n".join(f"    {name:<22} {secret}" for name, secret in callers.items())
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    outbox = os.path.relpath(Path(settings.DELIVERY_FOLDER, username))
    mail = os.path.relpath(settings.VAR_DIR / "mail")
    return GREETING.format(
        url=url,
        callers=lines,
        username=username,
        key=key,
        now=now,
        webhook=webhook,
        outbox=outbox,
        mail=mail,
        operators=operators.url,
        operator=operators.username,
        password=operators.password,
        misspelt=MISSPELT,
    )
