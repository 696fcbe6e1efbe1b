"""Tables as people save them: the bytes of a CSV or XLSX file become numbered rows of text, one at a time.

Knows nothing of what the columns mean. Files are hostile until read: sizes are bounded, formulas are never
evaluated, memory does not grow with the rows.
"""

from duijie_shared.tabular.errors import TableError
from duijie_shared.tabular.reading import Table, read_tables
from duijie_shared.tabular.records import Fault, Record

__all__ = ["Fault", "Record", "Table", "TableError", "read_tables"]
