"""Finding named things by what people type: names, pinyin, initials, beginnings, and words with a slip in them."""

from duijie_shared.names.index import Hit, Named, NameIndex

__all__ = ["Hit", "NameIndex", "Named"]
