"""Files in and out: imports and their sheets, exports."""
