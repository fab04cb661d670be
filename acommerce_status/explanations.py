"""How a problem code is explained to people."""

from dataclasses import dataclass

from wire.problem import anchor


@dataclass(frozen=True)
class Explanation:
    """A problem, explained to people. `code` and `status` are those of the answer."""

    code: str
    status: int
    meaning: str
    remedy: str

    @property
    def anchor(self) -> str:
        """The id of its section on the page; the `type` of a problem ends in it."""
        return anchor(self.code)
