"""输入的解析。 Parsing of what people and programs send."""
