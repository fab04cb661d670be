"""What an action of the admin is; operators.admin.acting has the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.models import ADDITION, CHANGE, DELETION

__all__ = ["ADDITION", "CHANGE", "DELETION", "Action", "ActionForm", "Done"]


class ActionForm(forms.Form):
    """What an action asks for; nothing, if it is not subclassed. `subject` is the row that it is about."""

    def __init__(self, data: Any = None, *, subject: Any = None) -> None:
        super().__init__(data, label_suffix="")


@dataclass(frozen=True)
class Done:
    """What an action did. `told` is logged; `secret` is shown on the page that answers, and nowhere else.

    `subject` is the row that it made, if it made one. `failed`: it was done, and found something bad.
    """

    told: str
    subject: Any = None
    secret: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Action:
    """One thing that an operator can do, offered while `is_for` the row. `act` may raise a refusal.

    Its name is the end of its path. An action whose flag is ADDITION is about no row. One that `asks_others`
    talks to somebody who may be slow: it is in no transaction, and logged when it is over.
    """

    name: str
    label: str
    explanation: str
    act: Callable[[Any, dict[str, Any]], Done]
    form: type[ActionForm] = ActionForm
    flag: int = CHANGE
    is_for: Callable[[Any], bool] = bool
    asks_others: bool = False
