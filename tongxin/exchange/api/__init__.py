"""给部门系统的接口。 The interface for the systems of departments."""
