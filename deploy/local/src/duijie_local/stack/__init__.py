"""The stack of one data folder: what runs in it, where it is written down, how it is started and found."""
