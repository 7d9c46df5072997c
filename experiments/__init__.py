"""What is run to learn something: with teams, with networks, and with both side by side."""
