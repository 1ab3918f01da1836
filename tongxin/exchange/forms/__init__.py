"""数据共享的表单。 Forms of lawful data."""
