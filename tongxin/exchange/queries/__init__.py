"""数据共享的读取。 Reads of lawful data. None of them shows whose data was looked at: that is an act, or the person's own page."""
