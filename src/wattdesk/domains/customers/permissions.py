"""Actions of the customers domain (and of the archive's places) that a role may hold."""

VIEW = "customers.view"
UNMASK = "customers.unmask"
EDIT = "customers.edit"
