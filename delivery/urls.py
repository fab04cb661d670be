"""Paths of subscriptions, outside the versions."""

from django.urls import URLPattern, path

from delivery.registration import actions, addresses_view, batches, hooks, views
from wire.problem import Shape

VIEWS = {
    "": views.SubscriptionList,
    "/<str:subscription_id>": views.OneSubscription,
    "/<str:subscription_id>/test": actions.TryIt,
    "/<str:subscription_id>/replay": actions.Replay,
    "/<str:subscription_id>/resend": actions.Resend,
    "/<str:subscription_id>/rotate-secret": actions.RotateSecret,
    "/<str:subscription_id>/held": views.HeldList,
    "/<str:subscription_id>/attempts": views.AttemptList,
    "/<str:subscription_id>/batches": batches.BatchList,
    "/<str:subscription_id>/batches/<str:number>": batches.OneBatch,
}
HOOKS = {"": hooks.HookList, "/<str:subscription_id>": hooks.OneHook}
KINDS = ("channel", "partner")

urlpatterns = [
    *(
        path(f"{kind}/<str:{kind}_id>/subscriptions{tail}", view.as_view(scope_kind=kind))
        for kind in KINDS
        for tail, view in VIEWS.items()
    ),
    path("delivery/addresses", addresses_view.Addresses.as_view()),
]


def hook_paths(error_shape: Shape) -> list[URLPattern]:
    """Paths of the platform's existing clients, whose errors have the shape that their wire has."""
    return [
        path(f"{kind}/<str:{kind}_id>/hooks{tail}", view.as_view(scope_kind=kind, error_shape=error_shape))
        for kind in KINDS
        for tail, view in HOOKS.items()
    ]
