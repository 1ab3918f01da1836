"""事项的页面。 Pages of cases."""
