"""Listens to a person reading a script and tells them honestly how well they were understood."""
