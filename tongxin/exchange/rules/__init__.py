"""数据共享的规则：纯函数。 The rules of lawful data: pure functions. No Django, no clock, no I/O."""
