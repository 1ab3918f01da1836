"""程序接口。 Interfaces for programs."""
