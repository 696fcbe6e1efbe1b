"""The commands of `duijie`, one module each; imported when called, so that none waits for another's libraries."""
