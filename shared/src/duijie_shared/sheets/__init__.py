"""Files for people: templates to fill in, exports, and the sheet of what an import refused."""

from duijie_shared.sheets.export import FileFormat, write_rows
from duijie_shared.sheets.refusals import RefusedCell, error_sheet
from duijie_shared.sheets.template import template

__all__ = ["FileFormat", "RefusedCell", "error_sheet", "template", "write_rows"]
