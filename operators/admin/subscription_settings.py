"""Where a subscription is sent, and how, in words. Of a url its host only: paths and users may be secret."""

from typing import Any
from urllib.parse import urlsplit

from delivery.models import Subscription

Words = list[tuple[str, str]]
LAYOUTS = {"events": "a row for each event", "orders": "a row for each order"}
EMPTY = {"nothing": "no file", "heartbeat": "a file with its header only"}
COMPLETION = {
    "rename": "uploaded under another name, then renamed",
    "marker": "followed by a manifest and an .ok file",
    "direct": "written under their names at once",
}


def receiver(row: Subscription) -> str:
    """Where it is sent: scheme and host, the host of an address, or a folder of ours."""
    if url := row.settings.get("url"):
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if address := row.settings.get("to"):
        return str(address).rpartition("@")[2]
    return f"folder {row.settings.get('folder', '')}"


def settings_in_words(row: Subscription) -> Words:
    """A label and a text for each setting of its mechanism that is no secret."""
    return OWN[row.mechanism](row.settings) + (_files(row.settings) if row.sends_files else [])


def _webhook(settings: dict[str, Any]) -> Words:
    return [
        ("Format", settings["format"]),
        ("Rate", f"at most {settings['rate']}" if settings.get("rate") else "as fast as it answers"),
        ("At once", f"up to {settings['concurrency']} orders"),
    ]


def _email(settings: dict[str, Any]) -> Words:
    return [("Mailed to", settings["to"])]


def _ftp(settings: dict[str, Any]) -> Words:
    key = "a key that we made" if settings.get("publicKey") else "a password"
    return [
        ("Logs in with", key),
        ("Host key", settings.get("hostKey") or "none is pinned"),
        ("Files are", COMPLETION[settings["complete"]]),
    ]


def _file(settings: dict[str, Any]) -> Words:
    return [("Folder below DELIVERY_FOLDER", settings["folder"])]


def _files(settings: dict[str, Any]) -> Words:
    schedule = settings["schedule"]
    extras = {
        "compress": "in gzip",
        "bom": "with a byte order mark",
        "formulaGuard": "formulas made harmless",
    }
    return [
        ("Schedule", f"{schedule['cron']} in {schedule['timeZone']}"),
        ("CSV has", ", ".join([LAYOUTS[settings["layout"]], *_chosen(settings, extras)])),
        ("Orders in a file", f"up to {settings['maxOrders']:,}"),
        ("When nothing changed", EMPTY[settings["whenEmpty"]]),
    ]


def _chosen(settings: dict[str, Any], extras: dict[str, str]) -> list[str]:
    return [words for name, words in extras.items() if settings[name]]


OWN = {"webhook": _webhook, "email": _email, "ftp": _ftp, "file": _file}
