"""What the gateway decides by itself: who may what, which matches a reader asked for, what changed."""
