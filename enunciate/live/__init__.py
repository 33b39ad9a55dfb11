"""A reading as it happens: what the person sees while they read, and the keys that they press.

What is shown is a pure function of a `View`; the session makes one `View` after the other, and a display puts
it on the terminal.
"""
