"""The scripts that people read: Markdown files with a small front matter, one folder a module."""
