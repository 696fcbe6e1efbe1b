"""Products, grades and units: what may be posted, in which market it meets, and how its numbers are read."""

from duijie_shared.taxonomy.book import Taxonomy, taxonomy
from duijie_shared.taxonomy.grades import Grade, GradeScheme
from duijie_shared.taxonomy.model import Category, Dimension, Product

__all__ = ["Category", "Dimension", "Grade", "GradeScheme", "Product", "Taxonomy", "taxonomy"]
