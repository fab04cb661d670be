"""Paths of subscriptions, outside the versions."""

from django.urls import path

from delivery.registration import views

VIEWS = {
    "": views.SubscriptionList,
    "/<str:subscription_id>": views.OneSubscription,
    "/<str:subscription_id>/replay": views.Replay,
    "/<str:subscription_id>/resend": views.Resend,
    "/<str:subscription_id>/rotate-secret": views.RotateSecret,
    "/<str:subscription_id>/held": views.HeldList,
    "/<str:subscription_id>/attempts": views.AttemptList,
}

urlpatterns = [
    path(f"{kind}/<str:{kind}_id>/subscriptions{tail}", view.as_view(scope_kind=kind))
    for kind in ("channel", "partner")
    for tail, view in VIEWS.items()
]
