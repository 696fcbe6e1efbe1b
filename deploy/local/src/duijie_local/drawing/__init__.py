"""Pictures: figures as SVG, with Chinese text, the same bytes for the same figure."""
