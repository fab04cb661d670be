"""The same deliveries by task queues: one job a delivery, and one job that drains a subscription a wake-up.

They sign as we do, keep attempts, and the draining ones positions. They know no lease, no pace, no held order
and no fairness: this is the least that such a deliverer does.
"""
