"""The feeds that tests and benchmarks ask, and which orders are in them unless an event says otherwise."""

CHANNEL = "lazada-th"
PARTNER = "143"

PATH = f"/channel/{CHANNEL}/sales-order-status"
"""What every wire calls the feed of the channel, behind the wire's prefix. v2 answers without one, too."""

FEED = f"/v3{PATH}"
V2_FEED = f"/v2{PATH}"
PARTNER_FEED = f"/v3/partner/{PARTNER}/sales-order-status"
EVERY_WIRE = [FEED, V2_FEED, PATH]
