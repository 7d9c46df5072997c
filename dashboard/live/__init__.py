"""The live page: a server that rehearses two teams for whoever looks on, and what it sends."""
