"""Other ways to build this, each written as its own documentation recommends."""

PREPARATION = (
    "CREATE INDEX peers_event_shipment ON orders_statusevent (shipment_id)",
    "GRANT SELECT ON orders_salesorder, orders_shipment, orders_statusevent TO public",
)
"""What they need in the database beside our own tables and indexes."""
