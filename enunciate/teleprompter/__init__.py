"""`enunciate read`: what the person sees while they read, the keys that they press, and what comes after.

What is shown is a pure function of a `View`; the session makes one `View` after the other, and a display puts
it on the terminal.
"""
