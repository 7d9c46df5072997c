"""What people read of a validation: the report, its figures and explanations, the tables."""
