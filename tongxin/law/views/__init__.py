"""法律的页面。 Pages of law."""
