"""Products, grades and units: what may be posted, in which market it meets, and how its numbers are read."""

from duijie_shared.taxonomy.book import Taxonomy, taxonomy
from duijie_shared.taxonomy.crosswalk import attribute_words, attributes, grade_by_measurements, limits_for
from duijie_shared.taxonomy.grades import Grade, GradeScheme
from duijie_shared.taxonomy.measured import Attribute, Limit, LimitSet, MeasuredGrade, Reason
from duijie_shared.taxonomy.model import Category, Dimension, Product

__all__ = [
    "Attribute",
    "Category",
    "Dimension",
    "Grade",
    "GradeScheme",
    "Limit",
    "LimitSet",
    "MeasuredGrade",
    "Product",
    "Reason",
    "Taxonomy",
    "attribute_words",
    "attributes",
    "grade_by_measurements",
    "limits_for",
    "taxonomy",
]
