"""Reading XLSX workbooks (ISO/IEC 29500, transitional and strict) as text, row by row.

Written on Python's own zipfile and expat: of the libraries none could be kept within bounds (see
docs/decisions/0006-spreadsheets.md).
"""
