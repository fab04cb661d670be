"""What operators look at first: whether all is well, and where it is not."""
