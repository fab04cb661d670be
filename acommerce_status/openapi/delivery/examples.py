"""The subscription in the examples, and what goes with it."""

from acommerce_status.openapi.headers import JSON

RECEIVER = "https://shop.example/hook"
NEW: JSON = {"name": "ERP Bangkok", "mechanism": "webhook", "webhook": {"url": RECEIVER}}
WHOLE_NEW: JSON = {
    "name": "ERP Bangkok",
    "mechanism": "webhook",
    "active": True,
    "contactEmail": "ops@shop.example",
    "orderStatus": None,
    "start": "beginning",
    "webhook": {
        "url": RECEIVER,
        "format": "SALES_ORDER_STATUS_V3",
        "rate": "600/m",
        "concurrency": 8,
        "secret": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "authorization": None,
    },
}
NEW_EMAIL: JSON = {
    "name": "Warehouse",
    "mechanism": "email",
    "email": {
        "to": "warehouse@shop.example",
        "schedule": {"cron": "0 7 * * *", "timeZone": "Asia/Bangkok"},
        "layout": "orders",
    },
}
NEW_FTP: JSON = {
    "name": "ERP Bangkok",
    "mechanism": "ftp",
    "ftp": {
        "url": "sftp://orders@ftp.shop.example/in",
        "generateKey": True,
        "schedule": {"cron": "*/15 * * * *", "timeZone": "Asia/Bangkok"},
        "complete": "rename",
    },
}
SETTINGS: JSON = {"url": RECEIVER, "format": "SALES_ORDER_STATUS_V3", "rate": "600/m", "concurrency": 8}
LISTED: JSON = {
    "subscriptionId": "sub5f2b6c0d9a7e4f31",
    "channelId": "lazada-th",
    "name": "ERP Bangkok",
    "mechanism": "webhook",
    "active": True,
    "orderStatus": None,
    "contactEmail": "ops@shop.example",
    "webhook": SETTINGS,
    "state": "ACTIVE",
    "stateReason": None,
    "nextAttemptTime": None,
    "pace": {"concurrency": 8},
    "position": "2026-11-22T08:00:00.000020Z",
    "heldOrders": 0,
    "createdTime": "2026-11-20T03:11:09.000000Z",
}
SHOWN: JSON = LISTED | {"behind": {"orders": 3, "seconds": 0.4}}
CREATED: JSON = SHOWN | {"webhook": SETTINGS | {"secret": WHOLE_NEW["webhook"]["secret"]}}
HELD: JSON = {
    "channelId": "lazada-th",
    "orderId": "FRIS00201",
    "updatedTime": "2026-11-22T08:00:00.000020Z",
    "tries": 2,
    "status": 500,
    "detail": "answered 500",
    "nextAttemptTime": "2026-11-22T08:01:10.000000Z",
    "state": "HELD",
}
ATTEMPT: JSON = {
    "attemptId": "4711",
    "time": "2026-11-22T08:00:00.031000Z",
    "channelId": "lazada-th",
    "orderId": "FRIS00201",
    "updatedTime": "2026-11-22T08:00:00.000020Z",
    "batch": None,
    "outcome": "DELIVERED",
    "status": 200,
    "milliseconds": 31,
    "detail": None,
    "answer": "ok",
    "nextAttemptTime": None,
}
TEST: JSON = ATTEMPT | {"orderId": "TEST-1", "outcome": "TEST"}
NEW_HOOK: JSON = {
    "name": "ERP Bangkok",
    "url": RECEIVER,
    "requestMethod": "POST",
    "secret": "a secret of yours",
    "eventType": ["SALES_ORDER_STATUS_V3"],
    "active": True,
}
HOOK: JSON = {"id": "sub5f2b6c0d9a7e4f31"} | {k: v for k, v in NEW_HOOK.items() if k != "secret"}
