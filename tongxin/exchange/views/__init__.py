"""数据共享的页面。 Pages of lawful data."""
