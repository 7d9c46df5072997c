"""A sweep as people see it: how far it is, what it found, on one page, and as a table to take."""
