"""A folder of files and manifests, looked at without a database: what is missing, and how far it goes."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ENDINGS = (".csv", ".csv.gz")
CHUNK = 1024 * 1024
TEXT_OR_NULL = (str, type(None))
MEMBERS: dict[str, type | tuple[type, ...]] = {
    "subscription": str,
    "number": int,
    "name": str,
    "since": TEXT_OR_NULL,
    "until": TEXT_OR_NULL,
    "orders": int,
    "bytes": int,
    "sha256": str,
    "previousSha256": TEXT_OR_NULL,
    "replayed": bool,
}
"""What must stand in a manifest."""


@dataclass
class Found:
    """What the files of one subscription say. `problems` are sentences."""

    subscription: str
    manifests: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """From where to where the files go, and what is wrong with them."""
        numbers = [manifest["number"] for manifest in self.manifests]
        newest = max(self.manifests, key=lambda manifest: int(manifest["number"]), default=None)
        return {
            "subscription": self.subscription,
            "first": min(numbers, default=None),
            "last": max(numbers, default=None),
            "files": len(numbers),
            "orders": sum(manifest.get("orders", 0) for manifest in self.manifests),
            "since": self.manifests[0]["since"] if self.manifests else None,
            "until": newest["until"] if newest else None,
            "problems": self.problems,
        }


def verify(folder: Path) -> list[Found]:
    """What is there, by subscription."""
    by_subscription: dict[str, Found] = {}
    for file in sorted(path for path in folder.iterdir() if path.name.endswith(ENDINGS) and path.is_file()):
        name = _subscription_of(file.name)
        found = by_subscription.setdefault(name, Found(name))
        manifest = _manifest(file, found)
        if manifest:
            found.manifests.append(manifest)
            found.problems += _wrong_bytes(file, manifest)
    for path in sorted(folder.glob("*.json")):
        data = path.with_suffix("")
        if data.name.endswith(ENDINGS) and not data.exists():
            name = _subscription_of(data.name)
            found = by_subscription.setdefault(name, Found(name))
            found.problems.append(f"{data.name} is missing, and its manifest is there")
    for found in by_subscription.values():
        found.manifests.sort(key=lambda manifest: int(manifest["number"]))
        found.problems += _wrong_order(found.manifests)
    return list(by_subscription.values())


def _subscription_of(name: str) -> str:
    parts = name.split("_")
    return parts[2] if len(parts) == 5 else "unknown"


def _manifest(file: Path, found: Found) -> dict[str, Any] | None:
    try:
        manifest = json.loads(file.with_name(f"{file.name}.json").read_bytes())
    except FileNotFoundError:
        found.problems.append(f"{file.name} has no manifest: its upload may not have ended")
        return None
    except (ValueError, RecursionError):
        manifest = None
    if not isinstance(manifest, dict) or not _has_members(manifest):
        found.problems.append(f"{file.name}.json is no manifest")
        return None
    return manifest


def _has_members(manifest: dict[str, Any]) -> bool:
    return all(
        name in manifest and isinstance(manifest[name], kinds) for name, kinds in MEMBERS.items()
    ) and not isinstance(manifest["number"], bool)


def _wrong_bytes(file: Path, manifest: dict[str, Any]) -> Iterator[str]:
    if manifest["name"] != file.name:
        yield f"{file.name}.json is the manifest of {manifest['name']}"
    if manifest["bytes"] != file.stat().st_size:
        yield f"{file.name} has {file.stat().st_size} bytes instead of {manifest['bytes']}"
    elif manifest["sha256"] != _sha256(file):
        yield f"{file.name} has another sha256 than its manifest says"


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _wrong_order(manifests: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong between each file and the one before it."""
    by_number: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for manifest in manifests:
        by_number[manifest["number"]].append(manifest)
    before: dict[str, Any] | None = None
    for number, same in by_number.items():
        if len(same) > 1:
            yield f"number {number} is there {len(same)} times, as {', '.join(one['name'] for one in same)}"
        if before and number != before["number"] + 1:
            yield f"{_numbers(before['number'] + 1, number - 1)} missing"
        elif before:
            yield from _wrong_link(before, same[-1])
        before = same[-1]


def _wrong_link(before: dict[str, Any], manifest: dict[str, Any]) -> Iterator[str]:
    number = manifest["number"]
    if manifest["previousSha256"] != before["sha256"]:
        yield f"number {number} follows another number {before['number']} than the one that is here"
    since, until = manifest["since"] or "", before["until"] or ""
    if since > until:
        yield f"number {number} begins at {since}, after the end of the one before, {until or 'none'}: a skip"
    elif since < until and not manifest["replayed"]:
        yield f"number {number} begins before the one before it ends, and is no replay"


def _numbers(first: int, last: int) -> str:
    return f"number {first} is" if first == last else f"numbers {first} to {last} are"
