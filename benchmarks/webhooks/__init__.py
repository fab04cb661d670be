"""What deliveries are measured with: receivers, subscriptions, changes, and the process `deliver`."""
