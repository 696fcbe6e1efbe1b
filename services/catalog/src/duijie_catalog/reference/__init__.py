"""Reference data that staff and buyers keep: county lists, grade schemes, placed grades."""
